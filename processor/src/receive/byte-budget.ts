import { CalibrantError } from "../kernel/errors.js";

/** A share of the budget that one request holds. */
export interface Hold {
  /** @throws CalibrantError RECEIVER_BUSY (retryable) when the budget has not that much left */
  take(bytes: number): void;
  /** Counts bytes that exist already; may exceed the budget, which then stops new requests. */
  count(bytes: number): void;
  release(): void;
}

/** Bounds the bytes that all requests hold together. */
export class ByteBudget {
  readonly #limit: number;
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  hold(): Hold {
    let held = 0;
    const count = (bytes: number): void => {
      held += bytes;
      this.#used += bytes;
    };
    return {
      take: (bytes) => {
        if (this.#used + bytes > this.#limit) {
          throw new CalibrantError(
            "RECEIVER_BUSY",
            `requests under way hold ${this.#used} of ${this.#limit} bytes (http.memory)`,
            { retryable: true },
          );
        }
        count(bytes);
      },
      count,
      release: () => {
        this.#used -= held;
        held = 0;
      },
    };
  }
}
