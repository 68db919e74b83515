import { open, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { systemFiles } from "./files.js";

/** Files with this ending lie beside the segment that they belong to. */
const ending = ".refused";
const namePattern = /^(\d{16})\.[a-z0-9-]+\.refused$/;

/** What became of a load that was refused: it was taken apart, or it went to the dead letters whole. */
export interface Refusal {
  readonly reason: string;
  readonly whole: boolean;
}

/** The segment that a file of refusals belongs to; undefined for other files. */
export function segmentOfRefusals(file: string): string | undefined {
  return namePattern.exec(file)?.[1];
}

/**
 * The loads of one segment that a sink refused, kept in a file beside the segment. A refused load
 * is taken apart; were the whole tried again after a crash and accepted then, its pieces that went
 * through before would be stored twice.
 */
export class Refusals {
  readonly #path: string;
  #refusals: Map<string, Refusal> | undefined;

  constructor(directory: string, segment: string, sink: string) {
    this.#path = join(directory, `${segment}.${sink}${ending}`);
  }

  /** How the load was refused earlier; undefined when it was not. */
  async find(token: string): Promise<Refusal | undefined> {
    return (await this.#known()).get(token);
  }

  /** How many loads of this segment were refused. */
  async count(): Promise<number> {
    return (await this.#known()).size;
  }

  /** Resolves when the refusal is durable. */
  async add(token: string, refusal: Refusal): Promise<void> {
    const known = await this.#known();
    const handle = await open(this.#path, "a", 0o600);
    try {
      // The line end in front keeps this line apart from one that a crash has cut off.
      await handle.appendFile(`\n${JSON.stringify({ token, ...refusal })}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (known.size === 0) await systemFiles.syncDirectory(dirname(this.#path));
    known.set(token, refusal);
  }

  async forget(): Promise<void> {
    await rm(this.#path, { force: true });
  }

  async #known(): Promise<Map<string, Refusal>> {
    this.#refusals ??= new Map(
      (await readIfThere(this.#path))
        .split("\n")
        .map(parseRefusal)
        .filter((refusal) => refusal !== undefined)
        .map(({ token, reason, whole }) => [token, { reason, whole }]),
    );
    return this.#refusals;
  }
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

/** A line that a crash has cut off counts for nothing. */
function parseRefusal(line: string): (Refusal & { readonly token: string }) | undefined {
  try {
    return JSON.parse(line) as Refusal & { readonly token: string };
  } catch {
    return undefined;
  }
}
