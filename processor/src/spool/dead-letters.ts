import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../kernel/clock.js";
import type { Files } from "./files.js";

/** What could not be loaded, with what a person needs to judge and replay it. */
export interface DeadLetter {
  /** The name of its files without extension; the same content gets the same name again. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly kind: "native" | "jsonl" | "bytes";
  readonly reason: string;
  readonly segment: string;
  /** Empty for bytes that are not a sound frame. */
  readonly table: string;
  readonly day: string;
  readonly rows: number;
}

/** The folder `dead-letters`: for each letter a file with its bytes and one with its description. */
export class DeadLetters {
  readonly #directory: string;
  readonly #files: Files;
  readonly #clock: Clock;

  constructor(directory: string, files: Files, clock: Clock) {
    this.#directory = join(directory, "dead-letters");
    this.#files = files;
    this.#clock = clock;
  }

  /** Resolves when the letter is durable. */
  async write(letter: DeadLetter): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const { bytes, kind, ...description } = letter;
    const file = `${letter.name}.${kind}`;
    await this.#files.replace(join(this.#directory, file), bytes);
    await this.#files.replace(
      join(this.#directory, `${letter.name}.json`),
      `${JSON.stringify({ ...description, file, writtenAt: new Date(this.#clock.now()).toISOString() }, null, 2)}\n`,
    );
  }
}
