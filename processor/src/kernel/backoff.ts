/**
 * Exponential backoff with full jitter: a delay in milliseconds, uniform between half of and the
 * whole of `min(limit, base * 2^attempt)`.
 * @param attempt 0 for the first failure
 */
export function backoff(
  attempt: number,
  random: () => number = Math.random,
  base = 200,
  limit = 15_000,
): number {
  const ceiling = Math.min(limit, base * 2 ** Math.min(attempt, 30));
  return ceiling / 2 + random() * (ceiling / 2);
}
