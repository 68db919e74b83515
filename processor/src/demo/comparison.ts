import {
  differenceInterval,
  normalQuantile,
  type Interval,
  type Proportion,
} from "../kernel/intervals.js";
import type { FeatureQuality } from "../model/demo.js";

/** One measure of one feature, in the older and the newer release. */
export interface Comparison {
  readonly feature: string;
  readonly measure: string;
  readonly before: number;
  readonly after: number;
  /** After minus before; all intervals of one set hold together with 95% confidence. */
  readonly difference: Interval;
}

/** A measure as a share of successes: scores count as fractions of one. */
export interface Measure {
  readonly name: string;
  of(quality: FeatureQuality): Proportion;
}

function scoreMeasure(evaluator: string): Measure {
  return {
    name: evaluator,
    of: ({ scores }) => {
      const found = scores.find((score) => score.evaluator === evaluator);
      if (found === undefined) return { successes: 0, trials: 0 };
      return { successes: found.mean * found.effectiveCount, trials: found.effectiveCount };
    },
  };
}

const thumbsMeasure: Measure = {
  name: "thumbs up",
  of: ({ thumbsUp, thumbs }) => ({ successes: thumbsUp, trials: thumbs }),
};

/** What the summary shows and compares. */
export const measures: readonly Measure[] = [
  scoreMeasure("relevance"),
  scoreMeasure("groundedness"),
  thumbsMeasure,
];

/**
 * Compares the first with the last release, feature by feature. The intervals are widened for
 * their number (Bonferroni), so that the one that stands out is not merely the luckiest of many.
 */
export function compareReleases(
  qualities: readonly FeatureQuality[],
  compared: readonly Measure[] = measures,
): readonly Comparison[] {
  const releases = [...new Set(qualities.map(({ release }) => release))].toSorted();
  const [older, newer] = [releases[0], releases.at(-1)];
  if (older === undefined || newer === undefined || older === newer) return [];
  const pairs = qualities
    .filter(({ release }) => release === newer)
    .flatMap((after) => {
      const before = qualities.find(
        ({ release, feature }) => release === older && feature === after.feature,
      );
      if (before === undefined) return [];
      return compared
        .map((measure) => ({
          feature: after.feature,
          measure: measure.name,
          first: measure.of(after),
          second: measure.of(before),
        }))
        .filter(({ first, second }) => first.trials > 0 && second.trials > 0);
    });
  const z = normalQuantile(1 - 0.05 / (2 * Math.max(1, pairs.length)));
  return pairs.flatMap(({ feature, measure, first, second }) => {
    const difference = differenceInterval(first, second, z);
    if (difference === undefined) return [];
    const [before, after] = [second.successes / second.trials, first.successes / first.trials];
    return [{ feature, measure, before, after, difference }];
  });
}

/** What got worse beyond chance, the largest loss first. */
export function worsened(comparisons: readonly Comparison[]): readonly Comparison[] {
  return comparisons
    .filter(({ difference }) => difference.upper < 0)
    .toSorted((a, b) => a.difference.estimate - b.difference.estimate);
}
