import { hourLength } from "./periods.js";

/** The usual number of interactions in an hour, at its start (milliseconds). */
export type TrafficProfile = (hour: number) => number;

/** Less than this does not show how the hours of a day differ. */
const leastHistory = 24;
const hoursOfWeek = 168;
/** Share of the largest counts that is left out: a peak of one day does not come again. */
const trimmed = 0.1;

/**
 * The profile of the hours of a week from the counts of complete hours, the last two to four weeks
 * of them. Each hour of the week is drawn towards the same hour of the other days, and that towards
 * the mean, each as if it were one more observation: with little history the profile is that of a
 * day, and then a flat one. Undefined with less than a day.
 *
 * @param counts by the start of the hour; hours without a count had no interaction
 * @param first the first hour of the history
 * @param end the end of it, exclusive
 */
export function trafficProfile(
  counts: ReadonlyMap<number, number>,
  first: number,
  end: number,
): TrafficProfile | undefined {
  const hours = Math.round((end - first) / hourLength);
  if (hours < leastHistory) return undefined;
  const ofWeek: number[][] = Array.from({ length: hoursOfWeek }, () => []);
  const ofDay: number[][] = Array.from({ length: 24 }, () => []);
  for (let hour = first; hour < end; hour += hourLength) {
    const count = counts.get(hour) ?? 0;
    ofWeek[placeIn(hoursOfWeek, hour)]?.push(count);
    ofDay[placeIn(24, hour)]?.push(count);
  }
  const mean = usual(ofDay.flat());
  const days = ofDay.map((found) => drawnTowards(mean, found));
  const weeks = ofWeek.map((found, place) => drawnTowards(days[place % 24] ?? mean, found));
  return (hour) => weeks[placeIn(hoursOfWeek, hour)] ?? mean;
}

function placeIn(cycle: number, hour: number): number {
  return Math.round(hour / hourLength) % cycle;
}

function drawnTowards(prior: number, counts: readonly number[]): number {
  return (usual(counts) * counts.length + prior) / (counts.length + 1);
}

/** The mean without the largest counts, of which at least one is left out where there are three. */
function usual(counts: readonly number[]): number {
  const left = counts.length < 3 ? 0 : Math.max(1, Math.floor(counts.length * trimmed));
  const kept = counts.toSorted((a, b) => a - b).slice(0, counts.length - left);
  return kept.length === 0 ? 0 : kept.reduce((sum, count) => sum + count, 0) / kept.length;
}
