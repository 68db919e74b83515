import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../kernel/clock.js";
import { CalibrantError } from "../kernel/errors.js";
import type { Files } from "./files.js";
import { segmentFile } from "./segment.js";

/** What could not be loaded, with what a person needs to judge and replay it. */
export interface DeadLetter {
  /** The name of its files without extension; the same content gets the same name again. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly kind: "native" | "jsonl" | "bytes";
  readonly reason: string;
  readonly segment: string;
  /** The sink that refused it; empty for bytes that are not a sound frame. */
  readonly sink: string;
  /** Empty for bytes that are not a sound frame. */
  readonly table: string;
  readonly day: string;
  readonly rows: number;
}

/** A letter in the folder; its content is in the file. */
export interface StoredLetter extends Omit<DeadLetter, "bytes"> {
  /** Ten letters that name it on a command line. */
  readonly id: string;
  readonly file: string;
  readonly bytes: number;
  /** ISO 8601. */
  readonly writtenAt: string;
  /** Whether somebody has asked to replay it. */
  readonly replay: boolean;
}

export interface DeadLetterTotals {
  readonly letters: number;
  readonly rows: number;
  readonly bytes: number;
}

const descriptionEnding = ".json";
/** An empty file with this ending asks the service to load the letter. */
const replayEnding = ".replay";
/** An empty file with this ending: the letter was removed, but its segment was still there. */
const removedEnding = ".removed";
const segmentPattern = /^(\d{16})-/;

/**
 * The folder `dead-letters`: for each letter a file with its bytes and one with its description. A
 * service and commands beside it may use the folder at the same time: every step is the making or
 * the removal of a file.
 */
export class DeadLetters {
  readonly #spool: string;
  readonly #directory: string;
  readonly #files: Files;
  readonly #clock: Clock;
  /** Descriptions do not change but for the reason, so each is read once. */
  readonly #known = new Map<string, DeadLetterTotals>();

  constructor(directory: string, files: Files, clock: Clock) {
    this.#spool = directory;
    this.#directory = join(directory, "dead-letters");
    this.#files = files;
    this.#clock = clock;
  }

  /** Resolves when the letter is durable. */
  async write(letter: DeadLetter): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const { bytes, ...description } = letter;
    const file = `${letter.name}.${letter.kind}`;
    await this.#files.replace(this.#path(file), bytes);
    await this.#describe({
      ...description,
      file,
      bytes: bytes.length,
      writtenAt: new Date(this.#clock.now()).toISOString(),
    });
  }

  /**
   * Resolves when there is room for so many bytes more.
   * @throws CalibrantError DEAD_LETTERS_FULL (retryable): letters are never dropped unasked
   */
  async makeSureOfRoom(bytes: number, quota: number): Promise<void> {
    const used = (await this.totals()).bytes;
    if (used + bytes <= quota) return;
    throw new CalibrantError(
      "DEAD_LETTERS_FULL",
      `${used} of ${quota} bytes of dead letters are used (spool.dead_letter_quota), so loading waits: look at them with "calibrant dead-letters list", then replay or drop them`,
      { retryable: true },
    );
  }

  /** All letters, oldest first. */
  async list(): Promise<StoredLetter[]> {
    const names = await this.#names();
    const replays = new Set(names.filter((name) => name.endsWith(replayEnding)));
    const letters: StoredLetter[] = [];
    for (const name of names.filter((file) => file.endsWith(descriptionEnding))) {
      const letter = await this.#read(name.slice(0, -descriptionEnding.length));
      if (letter === undefined) continue;
      letters.push({ ...letter, replay: replays.has(`${letter.name}${replayEnding}`) });
    }
    return letters.toSorted(
      (a, b) => a.writtenAt.localeCompare(b.writtenAt) || a.name.localeCompare(b.name),
    );
  }

  content(letter: Pick<StoredLetter, "file">): Promise<Buffer> {
    return readFile(this.#path(letter.file));
  }

  async totals(): Promise<DeadLetterTotals> {
    const names = new Set((await this.#names()).filter((name) => name.endsWith(descriptionEnding)));
    for (const name of this.#known.keys()) if (!names.has(name)) this.#known.delete(name);
    for (const name of names) {
      if (this.#known.has(name)) continue;
      const letter = await this.#read(name.slice(0, -descriptionEnding.length));
      if (letter !== undefined) {
        this.#known.set(name, { letters: 1, rows: letter.rows, bytes: letter.bytes });
      }
    }
    const totals = { letters: 0, rows: 0, bytes: 0 };
    for (const { rows, bytes } of this.#known.values()) {
      totals.letters++;
      totals.rows += rows;
      totals.bytes += bytes;
    }
    return totals;
  }

  /** Asks the service to load the letter; it does so now or when it starts. */
  async requestReplay(letter: Pick<StoredLetter, "name">): Promise<void> {
    await this.#files.replace(this.#path(`${letter.name}${replayEnding}`), "");
  }

  /** The oldest letter that somebody has asked to replay into the sink. */
  async nextReplay(sink: string): Promise<StoredLetter | undefined> {
    const wishes = (await this.#names()).filter((name) => name.endsWith(replayEnding)).toSorted();
    for (const wish of wishes) {
      const name = wish.slice(0, -replayEnding.length);
      const letter = await this.#read(name);
      if (letter === undefined) await this.remove({ name });
      else if (letter.sink === sink) return { ...letter, replay: true };
    }
    return undefined;
  }

  /** Keeps a letter whose replay was refused, with the new reason. */
  async refuseReplay(letter: StoredLetter, reason: string): Promise<void> {
    const { id: _id, replay: _replay, ...description } = letter;
    await this.#describe({ ...description, reason });
    await this.#files.remove(this.#path(`${letter.name}${replayEnding}`));
  }

  /**
   * Removes a letter and what belongs to it; the wish to replay it last, so that a crash in between
   * is mended. While its segment is there, a note keeps the letter from being written again.
   */
  async remove(letter: Pick<StoredLetter, "name">): Promise<void> {
    const segment = segmentOf(letter.name);
    if (segment !== undefined && existsSync(join(this.#spool, segmentFile(segment)))) {
      await this.#files.replace(this.#path(`${letter.name}${removedEnding}`), "");
    }
    const endings = [descriptionEnding, ".native", ".jsonl", ".bytes", replayEnding];
    for (const ending of endings) await this.#files.remove(this.#path(`${letter.name}${ending}`));
    await this.#files.syncDirectory(this.#directory);
  }

  /** Whether a letter was removed while its segment was there. */
  wasRemoved(name: string): boolean {
    return existsSync(this.#path(`${name}${removedEnding}`));
  }

  /** Forgets which letters were removed, but for those of the segments that are there. */
  async forgetRemoved(segments: ReadonlySet<string>): Promise<void> {
    for (const name of await this.#names()) {
      if (!name.endsWith(removedEnding) || segments.has(segmentOf(name) ?? "")) continue;
      await this.#files.remove(this.#path(name));
    }
  }

  async #describe(description: Omit<StoredLetter, "id" | "replay">): Promise<void> {
    await this.#files.replace(
      this.#path(`${description.name}${descriptionEnding}`),
      `${JSON.stringify(description, null, 2)}\n`,
    );
  }

  /** Undefined when another process has just removed it. */
  async #read(name: string): Promise<Omit<StoredLetter, "replay"> | undefined> {
    try {
      const text = await readFile(this.#path(`${name}${descriptionEnding}`), "utf8");
      return { ...(JSON.parse(text) as Omit<StoredLetter, "replay">), id: idOf(name) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  async #names(): Promise<string[]> {
    try {
      return await readdir(this.#directory);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
  }

  #path(file: string): string {
    return join(this.#directory, file);
  }
}

function idOf(name: string): string {
  return createHash("sha256").update(name).digest("hex").slice(0, 10);
}

/** The segment that a letter came from, by its name. */
function segmentOf(name: string): string | undefined {
  return segmentPattern.exec(name)?.[1];
}
