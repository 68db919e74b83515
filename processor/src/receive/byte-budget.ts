import type { Clock } from "../kernel/clock.js";
import { CalibrantError } from "../kernel/errors.js";

/** Milliseconds without a byte after which a request gives way to one that has no room. */
const stallTime = 2_000;

/** A share of the budget that one request holds. Announcing bytes takes nothing yet. */
export interface Hold {
  /** @throws CalibrantError RECEIVER_BUSY (retryable) when so many bytes would not fit now */
  expect(bytes: number): void;
  /** Takes bytes that are to be kept. @throws CalibrantError RECEIVER_BUSY (retryable) */
  take(bytes: number): void;
  /** All has come: the request does not give way any more. */
  complete(): void;
  /** Counts bytes that exist already; may exceed the budget, which then stops new requests. */
  count(bytes: number): void;
  release(): void;
}

/** Bounds the bytes that all requests hold together. */
export class ByteBudget {
  readonly #limit: number;
  readonly #clock: Clock;
  /** Requests of which only a part has come, the one that got nothing for the longest time first. */
  readonly #incomplete = new Set<Share>();
  #used = 0;

  constructor(limit: number, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  get used(): number {
    return this.#used;
  }

  /** @param giveWay ends the request, of which the bytes are free from then on */
  hold(giveWay: (reason: CalibrantError) => void): Hold {
    const share: Share = { held: 0, since: 0, complete: false, giveWay };
    return {
      expect: (bytes) => this.#makeRoom(bytes),
      take: (bytes) => {
        share.since = this.#clock.now();
        this.#incomplete.delete(share);
        this.#makeRoom(bytes);
        if (!share.complete) this.#incomplete.add(share);
        this.#count(share, bytes);
      },
      complete: () => {
        share.complete = true;
        this.#incomplete.delete(share);
      },
      count: (bytes) => this.#count(share, bytes),
      release: () => this.#release(share),
    };
  }

  #count(share: Share, bytes: number): void {
    share.held += bytes;
    this.#used += bytes;
  }

  #release(share: Share): void {
    this.#incomplete.delete(share);
    this.#used -= share.held;
    share.held = 0;
  }

  #makeRoom(bytes: number): void {
    const stalled = this.#clock.now() - stallTime;
    for (const share of this.#incomplete) {
      if (this.#used + bytes <= this.#limit || share.since > stalled) break;
      this.#release(share);
      share.giveWay(busy(`nothing came for ${stallTime} ms, and others need the memory`));
    }
    if (this.#used + bytes <= this.#limit) return;
    throw busy(`requests under way hold ${this.#used} of ${this.#limit} bytes`);
  }
}

interface Share {
  held: number;
  /** When bytes came last, in milliseconds. */
  since: number;
  complete: boolean;
  readonly giveWay: (reason: CalibrantError) => void;
}

function busy(reason: string): CalibrantError {
  return new CalibrantError("RECEIVER_BUSY", `${reason} (http.memory)`, { retryable: true });
}
