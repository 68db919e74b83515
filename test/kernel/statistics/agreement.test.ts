import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cohenKappa, type KappaWeights } from "#processor/kernel/statistics/kappa.js";
import {
  clopperPearsonUpper,
  isProportionAtMost,
  wilsonInterval,
} from "#processor/kernel/statistics/proportion.js";
import { referenceValues } from "../../support/reference-values.js";

interface KappaReference {
  readonly table: number[][];
  readonly kappa: number;
  readonly se: number;
  readonly ci: [number, number];
}

describe("Cohen's kappa", () => {
  it.each<[KappaWeights, string]>([
    ["none", "kappa_simple"],
    ["linear", "kappa_linear"],
    ["quadratic", "kappa_quadratic"],
  ])("with weights %s is as statsmodels has it", (weights, name) => {
    const { table, kappa, se, ci } = referenceValues(name) as KappaReference;
    const found = cohenKappa(table, weights);
    expect(found?.kappa).toBeCloseTo(kappa, 9);
    expect(found?.standardError).toBeCloseTo(se, 9);
    expect(found?.low).toBeCloseTo(ci[0], 9);
    expect(found?.high).toBeCloseTo(ci[1], 9);
  });

  it("is low where nearly all items are in one category, and not known where all are", () => {
    const { table, kappa } = referenceValues("paradox") as { table: number[][]; kappa: number };
    expect(cohenKappa(table)?.kappa).toBeCloseTo(kappa, 9);
    expect(
      cohenKappa([
        [9, 0],
        [0, 0],
      ]),
    ).toBeUndefined();
    expect(
      cohenKappa([
        [0, 0],
        [0, 0],
      ]),
    ).toBeUndefined();
  });

  it("is 1 with no error for raters who always agree", () => {
    expect(
      cohenKappa([
        [5, 0],
        [0, 7],
      ]),
    ).toMatchObject({ kappa: 1, standardError: 0, high: 1 });
  });
});

describe("the interval of a proportion", () => {
  it("is Wilson's", () => {
    const [low, high] = referenceValues("wilson_45_50") as [number, number];
    const found = wilsonInterval(45, 50);
    expect(found?.low).toBeCloseTo(low, 9);
    expect(found?.high).toBeCloseTo(high, 9);
    expect(wilsonInterval(0, 0)).toBeUndefined();
  });

  it("holds the proportion and stays within 0 and 1", () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.nat(1_000), (a, b) => {
        const trials = Math.max(a, b, 1);
        const successes = Math.min(a, b);
        const { low, high } = wilsonInterval(successes, trials) ?? { low: 2, high: -1 };
        const share = successes / trials;
        expect(low).toBeLessThanOrEqual(share + 1e-12);
        expect(high).toBeGreaterThanOrEqual(share - 1e-12);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("has the upper bound of Clopper and Pearson", () => {
    const reference = referenceValues("cp_upper") as Record<string, number>;
    for (const [name, bound] of Object.entries(reference)) {
      const [successes = 0, trials = 0] = name.split("/").map(Number);
      expect(clopperPearsonUpper(successes, trials, 0.1)).toBeCloseTo(bound, 6);
    }
    for (const [successes, trials] of [
      [0, 30],
      [3, 60],
      [20, 200],
      [0, 21],
      [7, 7],
    ] as const) {
      const bound = clopperPearsonUpper(successes, trials, 0.1);
      expect(isProportionAtMost(successes, trials, 0.1, 0.1)).toBe(bound <= 0.1);
    }
    expect(clopperPearsonUpper(5, 5, 0.1)).toBe(1);
    expect(clopperPearsonUpper(0, 0, 0.1)).toBe(1);
    expect(clopperPearsonUpper(40_000, 100_000, 0.05)).toBeCloseTo(0.4026, 3);
  });
});
