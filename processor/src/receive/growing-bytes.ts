import type { MemoryPool } from "../kernel/memory-pool.js";

const smallest = 64 * 1024;
const growth = 4;

/** Bytes that come in pieces, in memory that is used again and grows with what has come. */
export class GrowingBytes {
  readonly #pool: MemoryPool;
  readonly #expected: number;
  #memory: Buffer;
  #size = 0;

  /** @param expected as many as may come; memory is not taken for them until they do */
  constructor(pool: MemoryPool, expected: number) {
    this.#pool = pool;
    this.#expected = expected;
    this.#memory = pool.take(Math.min(expected, smallest));
  }

  get size(): number {
    return this.#size;
  }

  /** Valid until `release`. */
  get bytes(): Buffer {
    return this.#memory.subarray(0, this.#size);
  }

  append(piece: Uint8Array): void {
    const size = this.#size + piece.length;
    if (size > this.#memory.length) this.#grow(size);
    this.#memory.set(piece, this.#size);
    this.#size = size;
  }

  /** Gives the memory back. To be called when nobody reads it any more, or never. */
  release(): void {
    this.#pool.give(this.#memory);
  }

  #grow(size: number): void {
    const grown = Math.min(this.#memory.length * growth, this.#expected);
    const memory = this.#pool.take(Math.max(size, grown));
    memory.set(this.bytes);
    this.#pool.give(this.#memory);
    this.#memory = memory;
  }
}
