/** Most keys that are remembered; what has been quiet for longest is forgotten first. */
const mostKeys = 50_000;

interface Bucket {
  /** What may come at once. */
  readonly left: number;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** Lets so many through for each key and minute; whoever has been quiet may catch up with them. */
export class RateLimit {
  readonly #perMinute: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** Whether one more is let through. */
  take(key: string, now: number): boolean {
    const bucket = this.#buckets.get(key) ?? { left: this.#perMinute, at: now };
    const refilled = (Math.max(0, now - bucket.at) / 60_000) * this.#perMinute;
    const left = Math.min(this.#perMinute, bucket.left + refilled);
    // Set anew, a key moves to the end: the first one is the one that has been quiet for longest.
    this.#buckets.delete(key);
    this.#buckets.set(key, { left: left >= 1 ? left - 1 : left, at: now });
    for (const oldest of this.#buckets.keys()) {
      if (this.#buckets.size <= mostKeys) break;
      this.#buckets.delete(oldest);
    }
    return left >= 1;
  }
}
