import type { Clock } from "../../kernel/clock.js";

/**
 * What `work` resolves with, or undefined when it takes longer than `milliseconds`.
 * Rejects as `work` does, or when `signal` aborts.
 */
export async function within<T>(
  work: Promise<T>,
  milliseconds: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<T | undefined> {
  const over = new AbortController();
  const end = (): void => over.abort();
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  try {
    const late = clock.sleep(milliseconds, over.signal).then(() => undefined);
    const result = await Promise.race([work, late]);
    signal.throwIfAborted();
    return result;
  } finally {
    end();
    signal.removeEventListener("abort", end);
  }
}
