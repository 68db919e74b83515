import { z95, type Interval } from "./interval.js";

export interface Kappa extends Interval {
  /** -1 to 1; 0 is what chance gives. */
  readonly kappa: number;
  /** Large-sample standard error (Fleiss, Cohen and Everitt 1969). */
  readonly standardError: number;
}

export type KappaWeights = "none" | "linear" | "quadratic";

/**
 * Cohen's kappa of two raters with its interval at 95%; weighted for ordinal categories.
 * @param table counts, k by k: `table[i][j]` items that the first put into i and the second into j
 * @returns undefined when there are no items, or when chance alone agrees always
 */
export function cohenKappa(
  table: readonly (readonly number[])[],
  weights: KappaWeights = "none",
): Kappa | undefined {
  const total = table.flat().reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  const size = table.length;
  const share = (i: number, j: number): number => (table[i]?.[j] ?? 0) / total;
  const places = Array.from({ length: size }, (_, index) => index);
  const rows = places.map((i) => sumOf(places, (j) => share(i, j)));
  const columns = places.map((j) => sumOf(places, (i) => share(i, j)));
  const weight = agreementWeight(size, weights);

  const over = (term: (i: number, j: number) => number): number =>
    sumOf(places, (i) => sumOf(places, (j) => term(i, j)));
  const row = (i: number): number => rows[i] ?? 0;
  const column = (j: number): number => columns[j] ?? 0;
  const observed = over((i, j) => weight(i, j) * share(i, j));
  const expected = over((i, j) => weight(i, j) * row(i) * column(j));
  if (expected >= 1) return undefined;
  const kappa = (observed - expected) / (1 - expected);

  const rowWeight = places.map((i) => sumOf(places, (j) => column(j) * weight(i, j)));
  const columnWeight = places.map((j) => sumOf(places, (i) => row(i) * weight(i, j)));
  const spread = over((i, j) => {
    const chance = (rowWeight[i] ?? 0) + (columnWeight[j] ?? 0);
    return share(i, j) * (weight(i, j) - chance * (1 - kappa)) ** 2;
  });
  const variance = (spread - (kappa - expected * (1 - kappa)) ** 2) / (total * (1 - expected) ** 2);
  const standardError = Math.sqrt(Math.max(0, variance));
  const half = z95 * standardError;
  return { kappa, standardError, low: kappa - half, high: Math.min(1, kappa + half) };
}

/** 1 for the same category, less the further apart they are. */
function agreementWeight(size: number, weights: KappaWeights): (i: number, j: number) => number {
  if (weights === "none") return (i, j) => (i === j ? 1 : 0);
  const power = weights === "linear" ? 1 : 2;
  return (i, j) => 1 - (Math.abs(i - j) / (size - 1)) ** power;
}

function sumOf(places: readonly number[], term: (place: number) => number): number {
  return places.reduce((sum, place) => sum + term(place), 0);
}
