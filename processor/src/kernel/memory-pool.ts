const usuallyKept = 16 * 1024 ** 2;
const smallest = 16 * 1024;

/**
 * Memory that is used again when it is given back. Fresh memory of some hundred kilobytes is cleared
 * by the system page by page, which takes longer than filling it, and the garbage collector runs
 * because of it.
 */
export class MemoryPool {
  readonly #free = new Map<number, Buffer[]>();
  readonly #mostKept: number;
  #kept = 0;

  /** @param mostKept bytes that are kept for later */
  constructor(mostKept: number = usuallyKept) {
    this.#mostKept = mostKept;
  }

  /** Memory of at least so many bytes, with anything in it. */
  take(size: number): Buffer {
    const capacity = capacityFor(size);
    const memory = this.#free.get(capacity)?.pop();
    if (memory === undefined) return Buffer.allocUnsafeSlow(capacity);
    this.#kept -= capacity;
    return memory;
  }

  /** Takes back what `take` gave, whole, when nobody reads or writes it any more. */
  give(memory: Buffer): void {
    const capacity = memory.length;
    if (this.#kept + capacity > this.#mostKept) return;
    this.#kept += capacity;
    const free = this.#free.get(capacity);
    if (free === undefined) this.#free.set(capacity, [memory]);
    else free.push(memory);
  }
}

/** Quarters of powers of two, so that no more than a fifth is left over. */
function capacityFor(size: number): number {
  if (size <= smallest) return smallest;
  const step = 2 ** (Math.floor(Math.log2(size - 1)) - 2);
  return Math.ceil(size / step) * step;
}
