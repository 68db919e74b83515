import type { Clock } from "#processor/kernel/clock.js";

/** A clock that stands still until a test moves it; sleeping ends when it is moved far enough. */
export interface HeldClock extends Clock {
  /** @param milliseconds may be negative: a clock that is set back */
  advance(milliseconds: number): void;
}

export function heldClock(start = 1_700_000_000_000): HeldClock {
  let now = start;
  const sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();
  return {
    now: () => now,
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        const sleeper = {
          until: now + milliseconds,
          wake: () => {
            sleepers.delete(sleeper);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", sleeper.wake, { once: true });
        if (milliseconds <= 0 || signal?.aborted === true) sleeper.wake();
      }),
    advance: (milliseconds) => {
      now += milliseconds;
      for (const sleeper of sleepers) if (sleeper.until <= now) sleeper.wake();
    },
  };
}
