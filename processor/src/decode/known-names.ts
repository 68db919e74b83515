import { ByteBuffer } from "./byte-buffer.js";

/** Names and bytes of names that are kept from one item to the next. */
const keptNames = 4_096;
const keptBytes = 1024 ** 2;

/**
 * The names of attributes that have been seen, by number. Items of one kind have the same names in
 * the same order, so the name that followed last time is tried first; the others are found by their
 * hash. A name is thus compared once and never encoded again.
 */
export class KnownNames {
  /** Each name as it was sent; between `start` and `end` of its number. */
  readonly sent: ByteBuffer;
  /** Each name as a string value. */
  readonly #encoded: ByteBuffer;
  readonly #sentEnds: Int32Array;
  readonly #encodedEnds: Int32Array;
  readonly #hashes: Int32Array;
  /** The number of the name that came next, the last time. */
  readonly #followers: Int32Array;
  /** Open addressing; 0 is a free place. */
  readonly #slots: Int32Array;
  readonly #seed: number;
  /** Numbers start at 1: 0 stands before the first name of an item. */
  #count = 0;
  #latest = 0;

  /**
   * @param most names that one item may have
   * @param size bytes that the names of one item may have
   * @param seed makes the names that would collide unknown to senders
   */
  constructor(most: number, size: number, seed: number) {
    const capacity = most + keptNames + 2;
    this.sent = new ByteBuffer(size + keptBytes);
    this.#encoded = new ByteBuffer(3 * (size + keptBytes));
    this.#sentEnds = new Int32Array(capacity);
    this.#encodedEnds = new Int32Array(capacity);
    this.#hashes = new Int32Array(capacity);
    this.#followers = new Int32Array(capacity);
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(capacity * 2)));
    this.#seed = seed;
  }

  /** The largest number that a name may have. */
  get capacity(): number {
    return this.#hashes.length - 1;
  }

  /** Starts an item. Numbers of earlier ones are no longer valid. */
  begin(): void {
    this.#latest = 0;
    if (this.#count > keptNames || this.sent.length > keptBytes) this.#forget();
  }

  /** The number of the name between `start` and `end`. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const guess = this.#followers[this.#latest] as number;
    const found =
      guess !== 0 && this.#is(guess, bytes, start, end) ? guess : this.#search(bytes, start, end);
    if (found !== guess) this.#followers[this.#latest] = found;
    this.#latest = found;
    return found;
  }

  start(name: number): number {
    return this.#sentEnds[name - 1] as number;
  }

  end(name: number): number {
    return this.#sentEnds[name] as number;
  }

  /** Appends the string value of a name. */
  write(name: number, out: ByteBuffer): void {
    const ends = this.#encodedEnds;
    out.raw(this.#encoded.bytes, ends[name - 1] as number, ends[name] as number);
  }

  #is(name: number, bytes: Uint8Array, start: number, end: number): boolean {
    let from = this.#sentEnds[name - 1] as number;
    if ((this.#sentEnds[name] as number) - from !== end - start) return false;
    const known = this.sent.bytes;
    for (let at = start; at < end; at++) if (known[from++] !== bytes[at]) return false;
    return true;
  }

  #search(bytes: Uint8Array, start: number, end: number): number {
    let hash = this.#seed;
    for (let at = start; at < end; at++) {
      hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
    }
    hash ^= hash >>> 15;
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const name = slots[slot] as number;
      if (name === 0) break;
      if (this.#hashes[name] === hash && this.#is(name, bytes, start, end)) return name;
      slot = (slot + 1) & mask;
    }
    const added = ++this.#count;
    slots[slot] = added;
    this.#hashes[added] = hash;
    this.sent.raw(bytes, start, end);
    this.#sentEnds[added] = this.sent.length;
    this.#encoded.string(bytes, start, end);
    this.#encodedEnds[added] = this.#encoded.length;
    return added;
  }

  #forget(): void {
    this.#count = 0;
    this.sent.reset();
    this.#encoded.reset();
    this.#slots.fill(0);
    this.#followers.fill(0);
  }
}
