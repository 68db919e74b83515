import type { EncodedFrame } from "./frame.js";

/** Most bytes and frames that one write and sync take together. */
const groupSize = 16 * 1024 ** 2;
const groupFrames = 256;

interface Waiting {
  readonly frame: EncodedFrame;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lets many appends share one write and one sync: all that have come while the disk was busy form
 * the next group. Everything else that touches the disk goes in between groups.
 */
export class GroupCommit {
  readonly #write: (frames: readonly EncodedFrame[]) => Promise<void>;
  readonly #waiting: Waiting[] = [];
  readonly #tasks: (() => Promise<void>)[] = [];
  #waitingSize = 0;
  #running = false;

  /** @param write makes a group durable, all of it or nothing */
  constructor(write: (frames: readonly EncodedFrame[]) => Promise<void>) {
    this.#write = write;
  }

  /** Bytes that wait for their group. */
  get waitingSize(): number {
    return this.#waitingSize;
  }

  /** Resolves when the frame is durable. */
  append(frame: EncodedFrame): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ frame, resolve, reject });
      this.#waitingSize += frame.size;
      void this.#run();
    });
  }

  /** Runs a task alone, after the group under way. */
  exclusive<Result>(task: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#tasks.push(() => task().then(resolve, reject));
      void this.#run();
    });
  }

  /** Resolves when nothing waits any more. */
  async flush(): Promise<void> {
    while (this.#waitingSize > 0) await this.exclusive(() => Promise.resolve());
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      while (this.#waiting.length > 0 || this.#tasks.length > 0) {
        if (this.#waiting.length > 0) await this.#commit();
        const task = this.#tasks.shift();
        if (task !== undefined) await task();
      }
    } finally {
      this.#running = false;
    }
  }

  async #commit(): Promise<void> {
    const group = this.#takeGroup();
    try {
      await this.#write(group.map(({ frame }) => frame));
      for (const { resolve } of group) resolve();
    } catch (error) {
      for (const { reject } of group) reject(error);
    } finally {
      for (const { frame } of group) this.#waitingSize -= frame.size;
    }
  }

  #takeGroup(): Waiting[] {
    let size = 0;
    let count = 0;
    for (const { frame } of this.#waiting) {
      if (count > 0 && (size + frame.size > groupSize || count >= groupFrames)) break;
      size += frame.size;
      count++;
    }
    return this.#waiting.splice(0, count);
  }
}
