import type { EvaluatorUsage } from "../../model/ports.js";
import { dayLength, hourLength, periodAt, type Period } from "./periods.js";

/** Milliseconds; the last minutes are counted in steps of this length. */
export const recentStep = 300_000;
/** Steps of the last minutes, the current one among them. */
const recentSteps = 3;
const recentPlaces = 5;
/** Days over which the mean cost is taken; each older one counts half. */
const costDays = 7;

export interface Spent {
  /** US dollars that are known. */
  readonly cost: number;
  readonly verdicts: number;
}

/** What one evaluator did, over time. */
export interface EvaluatorRecord {
  /** When it was first seen to decide, milliseconds; infinity before. */
  readonly first: number;
  /** Interactions for which a draw decided, since then. */
  readonly eligible: number;
  /** The same by the start of the hour. */
  readonly hours: ReadonlyMap<number, number>;
  /** The same in the last ten to fifteen minutes, and since when that is. */
  recent(now: number): { readonly count: number; readonly since: number };
  spent(period: Period, now: number): Spent;
  /** US dollars a verdict, failed ones included; undefined before the first. */
  meanCost(now: number): number | undefined;
}

/** Adds up what evaluators did. */
export interface UsageBook {
  add(usage: EvaluatorUsage): void;
  of(evaluator: string): EvaluatorRecord;
  /** US dollars of all evaluators, those that are no longer configured among them. */
  spent(period: Period, now: number): number;
}

export function createUsageBook(): UsageBook {
  const records = new Map<string, ReturnType<typeof createRecord>>();
  const all = createRecord();
  const recordOf = (evaluator: string): ReturnType<typeof createRecord> => {
    const found = records.get(evaluator) ?? createRecord();
    records.set(evaluator, found);
    return found;
  };
  return {
    add: (usage) => {
      recordOf(usage.evaluator).add(usage);
      all.add(usage);
    },
    of: recordOf,
    spent: (period, now) => all.spent(period, now).cost,
  };
}

function createRecord(): EvaluatorRecord & { add(usage: EvaluatorUsage): void } {
  const hours = new Map<number, number>();
  const recent: RecentCount[] = [];
  const spent = { day: new Map<number, Spent>(), month: new Map<number, Spent>() };
  let first = Number.POSITIVE_INFINITY;
  let eligible = 0;

  return {
    get first() {
      return first;
    },
    get eligible() {
      return eligible;
    },
    hours,
    add: (usage) => {
      if (usage.eligible > 0) {
        first = Math.min(first, usage.at);
        eligible += usage.eligible;
        count(hours, usage.at, hourLength, usage.eligible);
        countRecent(recent, usage);
      }
      if (usage.verdicts === 0 && usage.cost_usd === 0) return;
      for (const period of ["day", "month"] as const) {
        const { start } = periodAt(period, usage.at);
        const { cost, verdicts } = spent[period].get(start) ?? { cost: 0, verdicts: 0 };
        spent[period].set(start, {
          cost: cost + usage.cost_usd,
          verdicts: verdicts + usage.verdicts,
        });
      }
    },
    recent: (now) => {
      const since = (Math.floor(now / recentStep) - recentSteps + 1) * recentStep;
      let total = 0;
      for (const found of recent)
        if (found !== undefined && found.start >= since) total += found.count;
      return { count: total, since };
    },
    spent: (period, now) =>
      spent[period].get(periodAt(period, now).start) ?? { cost: 0, verdicts: 0 },
    meanCost: (now) => {
      let costs = 0;
      let verdicts = 0;
      for (let age = 0; age < costDays; age++) {
        const day = spent.day.get(periodAt("day", now - age * dayLength).start);
        costs += (day?.cost ?? 0) * 2 ** -age;
        verdicts += (day?.verdicts ?? 0) * 2 ** -age;
      }
      return verdicts === 0 ? undefined : costs / verdicts;
    },
  };
}

interface RecentCount {
  readonly start: number;
  readonly count: number;
}

/** Each step has a place in turn, so that the newest ones take those of the old. */
function countRecent(recent: RecentCount[], { at, eligible }: EvaluatorUsage): void {
  const step = Math.floor(at / recentStep);
  const place = step % recentPlaces;
  const start = step * recentStep;
  const found = recent[place] ?? { start, count: 0 };
  if (found.start > start) return;
  recent[place] = { start, count: eligible + (found.start === start ? found.count : 0) };
}

function count(counts: Map<number, number>, at: number, step: number, amount: number): void {
  const start = Math.floor(at / step) * step;
  counts.set(start, (counts.get(start) ?? 0) + amount);
}
