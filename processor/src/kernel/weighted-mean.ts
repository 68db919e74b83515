import { z95, type Interval } from "./intervals.js";

/** A value that was drawn with a known probability. */
export interface DrawnValue {
  /** Values of one cluster, such as the turns of a conversation, were drawn by the same number. */
  readonly cluster: string;
  readonly value: number;
  /** 0 < probability <= 1. */
  readonly probability: number;
}

export interface WeightedMean {
  /** The mean of all that could have been drawn, with its 95% interval. */
  readonly mean: Interval;
  readonly standardError: number;
  /** How many values drawn with equal probability would say as much, clusters apart. */
  readonly effectiveSize: number;
}

/**
 * The mean of a population from a sample drawn with unequal probabilities: each value weighs
 * w = 1/p, mean = sum(w y) / sum(w) (J. Hajek, "Comment on a paper by D. Basu", 1971). Undefined
 * without a value.
 *
 * A cluster has one random number u, and a value of it is drawn when u < p. Two of them are drawn
 * together with min(p_i, p_j), so that the design's variance (Horvitz and Thompson, JASA 47, 1952)
 * of the residuals e = y - mean is the sum, over the pairs within each cluster, of
 * w_i w_j (1 - max(p_i, p_j)) e_i e_j, over sum(w)^2. Where each value is a cluster of its own this
 * is sum(w^2 (1 - p) e^2).
 *
 * Where few clusters make up most of the variance V, it is uncertain itself. The interval is that
 * of Student's t with sum(V_c)^2 / sum(V_c^2) degrees of freedom, the number of equal clusters that
 * would be as uncertain (after F. Satterthwaite, Biometrics Bulletin 2, 1946).
 */
export function weightedMean(values: readonly DrawnValue[]): WeightedMean | undefined {
  let weights = 0;
  let squares = 0;
  let sum = 0;
  for (const { value, probability } of values) {
    weights += 1 / probability;
    squares += 1 / probability ** 2;
    sum += value / probability;
  }
  if (weights === 0) return undefined;
  const estimate = sum / weights;
  let variance = 0;
  let fourth = 0;
  for (const cluster of clustersOf(values)) {
    const part = varianceWithin(cluster, estimate);
    variance += part;
    fourth += part ** 2;
  }
  const standardError = Math.sqrt(variance) / weights;
  const half = variance === 0 ? 0 : studentQuantile(variance ** 2 / fourth) * standardError;
  return {
    mean: { estimate, lower: estimate - half, upper: estimate + half },
    standardError,
    effectiveSize: weights ** 2 / squares,
  };
}

/**
 * The two-sided 95% point of Student's t, within 2% from 4 degrees of freedom on: the expansion of
 * Cornish and Fisher (Abramowitz and Stegun 26.7.5). Fewer count as 4.
 */
function studentQuantile(degrees: number): number {
  const freedom = Math.max(4, degrees);
  const first = (z95 ** 3 + z95) / 4;
  const second = (5 * z95 ** 5 + 16 * z95 ** 3 + 3 * z95) / 96;
  return z95 + first / freedom + second / freedom ** 2;
}

function clustersOf(values: readonly DrawnValue[]): Iterable<DrawnValue[]> {
  const clusters = new Map<string, DrawnValue[]>();
  for (const value of values) {
    const members = clusters.get(value.cluster);
    if (members === undefined) clusters.set(value.cluster, [value]);
    else members.push(value);
  }
  return clusters.values();
}

/** Takes the most probable first, so that each is the larger of its pairs with those behind it. */
function varianceWithin(cluster: DrawnValue[], mean: number): number {
  const ordered = cluster.toSorted((a, b) => a.probability - b.probability);
  let variance = 0;
  let before = 0;
  for (const { value, probability } of ordered) {
    const part = (value - mean) / probability;
    variance += (1 - probability) * part * (part + 2 * before);
    before += part;
  }
  return variance;
}
