import { z95, type Interval } from "../../kernel/intervals.js";
import { dayLength, periodAt } from "./periods.js";

/** What a UTC month will have cost at its end, with bounds where enough days show how they differ. */
export type MonthForecast = Pick<Interval, "estimate"> &
  (
    | { readonly lower: number; readonly upper: number }
    | { readonly lower: null; readonly upper: null }
  );

/** Complete days that are needed for an interval. */
const fewestDays = 3;

/**
 * Spent so far, and the mean of the complete days for each day that is left. The days differ with
 * the standard deviation s, and the mean of n of them is uncertain itself, so that the sum of d more
 * lies within 1.96 s sqrt(d + d^2/n): a 95% prediction interval.
 *
 * @param daily US dollars by the start of the UTC day; the first day and today are not complete
 * @param spent US dollars in this month
 * @param most what the budget lets through, which nothing exceeds; null without one
 */
export function forecastMonth(
  daily: ReadonlyMap<number, number>,
  spent: number,
  most: number | null,
  now: number,
): MonthForecast {
  const today = periodAt("day", now).start;
  const left = (periodAt("month", now).end - now) / dayLength;
  const complete: number[] = [];
  for (let day = Math.min(...daily.keys()) + dayLength; day < today; day += dayLength) {
    complete.push(daily.get(day) ?? 0);
  }
  const bounded = (value: number): number =>
    Math.max(spent, Math.min(value, most ?? Number.POSITIVE_INFINITY));
  const mean =
    complete.length > 0 ? sum(complete) / complete.length : (daily.get(today) ?? 0) / passed(now);
  const estimate = bounded(spent + mean * left);
  if (complete.length < fewestDays) return { estimate, lower: null, upper: null };
  const squares = sum(complete.map((cost) => (cost - mean) ** 2));
  const deviation = Math.sqrt(squares / (complete.length - 1));
  const half = z95 * deviation * Math.sqrt(left + left ** 2 / complete.length);
  return {
    estimate,
    lower: bounded(spent + mean * left - half),
    upper: bounded(spent + mean * left + half),
  };
}

/** Part of today that has passed; an hour at least. */
function passed(now: number): number {
  return Math.max(now - periodAt("day", now).start, dayLength / 24) / dayLength;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
