import { fillUp } from "./fill-up.js";
import type { Forecast } from "./forecast.js";
import { dayLength, periodAt, type Period } from "./periods.js";

/** A limit for one period. */
export interface Limit {
  readonly period: Period;
  /** US dollars. */
  readonly usd: number;
}

/** What pacing has to know of one evaluator. */
export interface Demand {
  /** US dollars a verdict. */
  readonly cost: number;
  readonly forecast: Forecast;
}

/** Milliseconds for which money is left at least, so that the last minutes do not swing. */
const shortestHorizon = 300_000;
/** Part of a budget that the least share spends within a usual period. */
const floorPart = 0.01;
/** Positive, since a draw of probability 0 cannot be weighed. */
const leastShare = 1e-6;

/**
 * The share of the traffic to come at which `limit` is used up at the end of its period:
 * p = (budget - spent) / (mean cost * forecast of the remaining traffic), never 0 and at most 1.
 * Several evaluators have one share; what one of them may not take (`caps`) is left to the others.
 *
 * The least share is the one that would spend 1% of the budget in a usual period: coverage goes on
 * when the budget is used up, and what that costs stays below the tolerance.
 *
 * @param spent US dollars since the period began, with what is reserved
 */
export function pacedShare(
  limit: Limit,
  spent: number,
  now: number,
  demands: readonly Demand[],
  caps: readonly number[] = [],
): number {
  const { start, end } = periodAt(limit.period, now);
  const horizon = Math.max(end, now + shortestHorizon);
  const claims = demands.map(({ cost, forecast }, index) => ({
    demand: cost * forecast(horizon),
    weight: 1,
    cap: caps[index] ?? 1,
  }));
  const share = fillUp(claims, limit.usd - spent);
  const aDay = demands.reduce((sum, { cost, forecast }) => {
    return sum + cost * forecast(now + dayLength);
  }, 0);
  const usual = (aDay * (end - start)) / dayLength;
  const floor = usual > 0 ? (floorPart * limit.usd) / usual : 0;
  return Math.min(1, Math.max(share, floor, leastShare));
}
