import { hourLength } from "./periods.js";
import type { TrafficProfile } from "./traffic-profile.js";
import type { EvaluatorRecord } from "./usage-book.js";

/** How many interactions will come from now until a time (milliseconds). */
export type Forecast = (until: number) => number;

/** Without a profile, what came is spread over at least this time, milliseconds. */
const shortestSpan = 600_000;
/** Complete hours without which there is no middle one. */
const fewestHours = 4;
/** How far off an hour is, milliseconds, of which nothing that was seen tells. */
const unsure = 6 * hourLength;
const farFactor = 2;
/** How fast a deviation of the last minutes goes back to the level of the day, milliseconds. */
const persistence = hourLength;
/** Complete hours from which today's level is taken. */
const levelHours = 24;
/** Age, in hours, at which an hour says half as much about today's level. */
const halfLife = 6;
/** The level is at least one and at most five times off what is usual. */
const levelRange = { least: 0.2, most: 5 } as const;

/**
 * The traffic to come: the usual one of each hour, times today's level, plus what the last minutes
 * are away from it, which fades within an hour. Without a profile the recent rate goes on.
 *
 * @param profile undefined when there is no history
 */
export function createForecast(
  record: EvaluatorRecord,
  profile: TrafficProfile | undefined,
  now: number,
): Forecast {
  const usual = profile ?? flat(record, now);
  const level = profile === undefined ? 1 : levelOf(record, profile, now);
  const burst = burstOf(record, usual, now) - level;
  return (until) => {
    let total = 0;
    for (let from = now; from < until;) {
      const hour = Math.floor(from / hourLength) * hourLength;
      const to = Math.min(until, hour + hourLength);
      const steady = (level * (to - from)) / hourLength;
      const fading = Math.exp((now - from) / persistence) - Math.exp((now - to) / persistence);
      total += usual(hour) * (steady + (burst * fading * persistence) / hourLength);
      from = to;
    }
    return Math.max(0, total);
  };
}

/**
 * The next hour will be as the middle one of those that were seen, since a peak goes by; later ones
 * may be busier than any, and are taken for twice the mean: money that is left over can be spent
 * later, the other way it cannot.
 */
function flat({ first, eligible, hours }: EvaluatorRecord, now: number): TrafficProfile {
  const complete: [count: number, weight: number][] = [];
  for (const [hour, count] of hours) {
    if (hour >= first && hour + hourLength <= now) complete.push([count, 1]);
  }
  const mean = (eligible * hourLength) / Math.max(now - first, shortestSpan);
  const near = complete.length < fewestHours ? mean : weightedMedian(complete);
  const far = mean * farFactor;
  return (hour) => near + (far - near) * Math.min(1, Math.max(0, hour - now) / unsure);
}

/**
 * The weighted median of how much more than usual came in each of the last hours, with a prior of
 * 1: one peak does not move it, a busy day does within some hours.
 */
function levelOf({ first, hours }: EvaluatorRecord, profile: TrafficProfile, now: number): number {
  const current = Math.floor(now / hourLength) * hourLength;
  const mean = meanOf(profile, current);
  const ratios: [ratio: number, weight: number][] = [[1, 2 * mean]];
  for (let age = 1; age <= levelHours; age++) {
    const hour = current - age * hourLength;
    if (hour < first) break;
    const usual = profile(hour);
    const slack = 1 + 0.1 * mean;
    const ratio = ((hours.get(hour) ?? 0) + slack) / (usual + slack);
    ratios.push([ratio, usual * 2 ** (-age / halfLife)]);
  }
  const { least, most } = levelRange;
  return Math.min(most, Math.max(least, weightedMedian(ratios)));
}

function meanOf(profile: TrafficProfile, hour: number): number {
  let sum = 0;
  for (let back = 0; back < 24; back++) sum += profile(hour - back * hourLength);
  return sum / 24;
}

function weightedMedian(values: [value: number, weight: number][]): number {
  const ordered = values.toSorted(([a], [b]) => a - b);
  const half = ordered.reduce((sum, [, weight]) => sum + weight, 0) / 2;
  let passed = 0;
  for (const [value, weight] of ordered) {
    passed += weight;
    if (passed >= half) return value;
  }
  return 1;
}

/** How much more than usual came in the last minutes. */
function burstOf(record: EvaluatorRecord, usual: TrafficProfile, now: number): number {
  const { count, since } = record.recent(now);
  let expected = 0;
  for (let from = Math.max(since, Math.min(record.first, now - shortestSpan)); from < now;) {
    const hour = Math.floor(from / hourLength) * hourLength;
    const to = Math.min(now, hour + hourLength);
    expected += (usual(hour) * (to - from)) / hourLength;
    from = to;
  }
  const slack = 3 + 0.1 * expected;
  return (count + slack) / (expected + slack);
}
