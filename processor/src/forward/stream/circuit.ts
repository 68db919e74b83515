import { backoff } from "../../kernel/backoff.js";
import type { Clock } from "../../kernel/clock.js";
import type { Circuit } from "../forward-metrics.js";

/** Whether the endpoint takes anything, and when to try again if not. */
export interface CircuitBreaker {
  readonly state: Circuit;
  /** Waits until a request may be made, at most until `signal` aborts. */
  wait(signal: AbortSignal): Promise<void>;
  /** A request is made. */
  trying(): void;
  /** @returns whether requests had been held before */
  answered(): boolean;
  /** @param retryAfter milliseconds that the endpoint asked for @returns the requests held in a row */
  held(retryAfter: number): number;
}

/** Milliseconds of the first and of the longest pause. */
const firstPause = 500;
const longestPause = 30_000;

export function createCircuit(clock: Clock): CircuitBreaker {
  let failures = 0;
  let notBefore = 0;
  let state: Circuit = "closed";
  return {
    get state() {
      return state;
    },
    wait: async (signal) => {
      const pause = notBefore - clock.now();
      if (pause > 0) await clock.sleep(pause, signal);
    },
    trying: () => {
      if (state === "open") state = "half_open";
    },
    answered: () => {
      const wasOpen = failures > 0;
      failures = 0;
      state = "closed";
      return wasOpen;
    },
    held: (retryAfter) => {
      const pause = backoff(failures, Math.random, firstPause, longestPause);
      notBefore = clock.now() + Math.max(pause, retryAfter);
      state = "open";
      return ++failures;
    },
  };
}
