import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Files } from "./files.js";

/**
 * How far each sink is: the number of the last segment that it has finished. A segment is needed
 * until every sink has finished it. A position is on disk only while others lag behind it; where
 * no other does, the segment's removal says the same.
 */
export class SinkCursors {
  readonly #directory: string;
  readonly #files: Files;
  readonly #finished: Map<string, number>;

  private constructor(directory: string, files: Files, finished: Map<string, number>) {
    this.#directory = directory;
    this.#files = files;
    this.#finished = finished;
  }

  /** @param sinks lower-case names; a new one begins with the oldest segment that is there */
  static async open(
    directory: string,
    files: Files,
    sinks: readonly string[],
  ): Promise<SinkCursors> {
    const finished = new Map<string, number>();
    for (const sink of sinks) finished.set(sink, await readCursor(cursorFile(directory, sink)));
    return new SinkCursors(directory, files, finished);
  }

  /** The number of the last segment that a sink has finished; 0 when there is none. */
  of(sink: string): number {
    const number = this.#finished.get(sink);
    if (number === undefined) throw new RangeError(`the spool has no sink ${sink}`);
    return number;
  }

  /** The last segment that all sinks have finished. */
  get everywhere(): number {
    return Math.min(...this.#finished.values());
  }

  /** The last segment that any sink has finished: no later one may get its number. */
  get anywhere(): number {
    return Math.max(...this.#finished.values());
  }

  /** Moves a sink on. Resolves when the position is durable or `everywhere` stands for it. */
  async advance(sink: string, number: number): Promise<void> {
    this.of(sink);
    const others = [...this.#finished].filter(([name]) => name !== sink);
    if (others.some(([, finished]) => finished < number)) {
      await this.#files.replace(cursorFile(this.#directory, sink), `${number}\n`);
    }
    this.#finished.set(sink, number);
  }
}

function cursorFile(directory: string, sink: string): string {
  return join(directory, `${sink}.cursor`);
}

async function readCursor(path: string): Promise<number> {
  try {
    const number = Number(await readFile(path, "utf8"));
    return Number.isSafeInteger(number) ? number : 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}
