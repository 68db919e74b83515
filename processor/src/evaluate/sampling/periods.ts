/** Milliseconds. */
export const hourLength = 3_600_000;
/** Milliseconds. */
export const dayLength = 24 * hourLength;

/** What a budget is for: a day or a calendar month, in UTC. */
export type Period = "day" | "month";

/** The period that a moment lies in; start inclusive, end exclusive, milliseconds. */
export function periodAt(
  period: Period,
  time: number,
): { readonly start: number; readonly end: number } {
  if (period === "day") {
    const start = Math.floor(time / dayLength) * dayLength;
    return { start, end: start + dayLength };
  }
  const date = new Date(time);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return { start: Date.UTC(year, month), end: Date.UTC(year, month + 1) };
}
