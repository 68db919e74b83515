import type { Clock } from "../../kernel/clock.js";

/** Spreads what is taken over the minutes. */
export interface TokenBucket {
  /**
   * Waits, in the order of the calls, until `amount` may be taken. An amount beyond what the bucket
   * holds is taken when it is full, and those that follow wait the longer.
   * @throws the signal's reason when it aborts; then nothing was taken
   */
  take(amount: number, signal: AbortSignal): Promise<void>;
  /** What was taken too much, or when negative too little. */
  giveBack(amount: number): void;
}

const minute = 60_000;
/**
 * Part of a minute's amount that can be taken at once after a pause. The rest comes evenly, so that
 * no minute has more than its amount.
 */
const burst = 1 / 12;

export function createTokenBucket(perMinute: number, clock: Clock): TokenBucket {
  const capacity = perMinute * burst;
  const perMillisecond = (perMinute - capacity) / minute;
  /** Below zero for what waiting calls have taken ahead of time. */
  let level = capacity;
  let filledAt = clock.now();

  const fill = (): void => {
    const now = clock.now();
    level = Math.min(capacity, level + Math.max(0, now - filledAt) * perMillisecond);
    filledAt = now;
  };

  return {
    take: async (amount, signal) => {
      signal.throwIfAborted();
      fill();
      const lacking = Math.min(amount, capacity) - level;
      level -= amount;
      if (lacking <= 0) return;
      await clock.sleep(Math.ceil(lacking / perMillisecond), signal);
      if (!signal.aborted) return;
      level += amount;
      signal.throwIfAborted();
    },
    giveBack: (amount) => {
      fill();
      level = Math.min(capacity, level + amount);
    },
  };
}
