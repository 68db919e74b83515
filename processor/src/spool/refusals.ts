import { open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

/** Files with this ending lie beside the segment that they belong to. */
export const refusalsEnding = ".refused";

interface Refusal {
  readonly token: string;
  readonly reason: string;
}

/**
 * The loads of one segment that the store refused, kept in a file beside the segment. A refused
 * load is taken apart; were the whole tried again after a crash and accepted then, its pieces that
 * went through before would be stored twice.
 */
export class Refusals {
  readonly #path: string;
  #reasons: Map<string, string> | undefined;

  constructor(directory: string, segment: string) {
    this.#path = join(directory, `${segment}${refusalsEnding}`);
  }

  /** Why the load was refused earlier; undefined when it was not. */
  async reason(token: string): Promise<string | undefined> {
    return (await this.#known()).get(token);
  }

  /** Resolves when the refusal is durable. */
  async add(token: string, reason: string): Promise<void> {
    const known = await this.#known();
    if (known.has(token)) return;
    const handle = await open(this.#path, "a", 0o600);
    try {
      await handle.appendFile(`${JSON.stringify({ token, reason } satisfies Refusal)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    known.set(token, reason);
  }

  async forget(): Promise<void> {
    await rm(this.#path, { force: true });
  }

  async #known(): Promise<Map<string, string>> {
    this.#reasons ??= new Map(
      (await readIfThere(this.#path))
        .split("\n")
        .map(parseRefusal)
        .filter((refusal) => refusal !== undefined)
        .map(({ token, reason }) => [token, reason]),
    );
    return this.#reasons;
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
function parseRefusal(line: string): Refusal | undefined {
  try {
    return JSON.parse(line) as Refusal;
  } catch {
    return undefined;
  }
}
