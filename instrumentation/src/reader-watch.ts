/** Milliseconds between two looks at the readers. */
const period = 1_000;

/** Somebody who reads an answer, or has stopped doing so. */
export interface WatchedReader {
  /**
   * Called every second.
   * @param now as of `performance.now()`
   */
  look(now: number): void;
}

/** Looks at the readers of all answers by one timer, which keeps no process alive. */
export class ReaderWatch {
  readonly #readers = new Set<WatchedReader>();
  /** Made once: a timer keeps the context that it was made in, which must be nobody's request. */
  readonly #timer = setTimeout(() => this.#lookAtAll(), period).unref();
  #runs = false;

  add(reader: WatchedReader): void {
    this.#readers.add(reader);
    this.#run();
  }

  remove(reader: WatchedReader): void {
    this.#readers.delete(reader);
  }

  #run(): void {
    if (this.#runs) return;
    this.#runs = true;
    this.#timer.refresh();
  }

  #lookAtAll(): void {
    this.#runs = false;
    const now = performance.now();
    for (const reader of this.#readers) reader.look(now);
    if (this.#readers.size > 0) this.#run();
  }
}
