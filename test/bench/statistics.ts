import { generator } from "./prose.js";

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Between which values the median lies with a probability of 95 %, by resampling. */
export function medianInterval(values: readonly number[]): readonly [number, number] {
  const random = generator(1);
  const medians = Array.from({ length: 1_000 }, () =>
    median(values.map(() => values[Math.floor(random() * values.length)] ?? 0)),
  ).toSorted((a, b) => a - b);
  return [medians[25] ?? 0, medians[974] ?? 0];
}
