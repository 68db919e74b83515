import type { Clock } from "./clock.js";

/** A rest that can be ended from outside. */
export interface Rest {
  /** Ends the rest under way; without one, the next is none. */
  readonly end: () => void;
  /** Rests, at most so many milliseconds, until it is ended or `signal` aborts. Never rejects. */
  readonly take: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

export function createRest(clock: Clock): Rest {
  let ended = new AbortController();
  return {
    end: () => ended.abort(),
    take: async (milliseconds, signal) => {
      const own = ended;
      const abort = (): void => own.abort();
      if (signal?.aborted === true) abort();
      signal?.addEventListener("abort", abort, { once: true });
      await clock.sleep(milliseconds, own.signal);
      signal?.removeEventListener("abort", abort);
      ended = new AbortController();
    },
  };
}
