import { assert, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import {
  differenceInterval,
  normalQuantile,
  wilsonInterval,
  z95,
} from "#processor/kernel/intervals.js";

describe("wilsonInterval", () => {
  it("gives the bounds that statsmodels gives for 45 of 50", () => {
    const interval = wilsonInterval({ successes: 45, trials: 50 });
    expect(interval?.estimate).toBe(0.9);
    expect(interval?.lower).toBeCloseTo(0.7863976856252034, 12);
    expect(interval?.upper).toBeCloseTo(0.9565242350681095, 12);
  });

  it("holds the estimate and stays within 0 and 1", () => {
    assert(
      property(integer({ min: 1, max: 10_000 }), integer({ min: 0, max: 10_000 }), (n, k) => {
        const interval = wilsonInterval({ successes: Math.min(k, n), trials: n });
        if (interval === undefined) throw new Error("no interval");
        expect(interval.lower).toBeGreaterThanOrEqual(0);
        expect(interval.upper).toBeLessThanOrEqual(1);
        expect(interval.lower).toBeLessThanOrEqual(interval.estimate);
        expect(interval.upper).toBeGreaterThanOrEqual(interval.estimate);
      }),
    );
  });

  it("ends at 0 for no success and at 1 for nothing but successes", () => {
    expect(wilsonInterval({ successes: 0, trials: 10 })?.lower).toBe(0);
    expect(wilsonInterval({ successes: 10, trials: 10 })?.upper).toBe(1);
  });

  it("says nothing without a trial", () => {
    expect(wilsonInterval({ successes: 0, trials: 0 })).toBeUndefined();
  });
});

describe("differenceInterval", () => {
  // The examples (a), (d) and (e) of table II of Newcombe's paper, method 10.
  it.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [0, 10, 0, 20, -0.1611, 0.2775],
  ])("gives Newcombe's bounds for %i/%i against %i/%i", (a, m, b, n, lower, upper) => {
    const interval = differenceInterval({ successes: a, trials: m }, { successes: b, trials: n });
    expect(interval?.estimate).toBeCloseTo(a / m - b / n, 12);
    expect(interval?.lower).toBeCloseTo(lower, 4);
    expect(interval?.upper).toBeCloseTo(upper, 4);
  });

  it("changes sign with its order", () => {
    const first = { successes: 20, trials: 60 };
    const second = { successes: 50, trials: 70 };
    const there = differenceInterval(first, second);
    const back = differenceInterval(second, first);
    expect(back?.lower).toBeCloseTo(-(there?.upper ?? Number.NaN), 12);
  });

  it("says nothing where a side has no trial", () => {
    expect(
      differenceInterval({ successes: 1, trials: 2 }, { successes: 0, trials: 0 }),
    ).toBeUndefined();
  });
});

describe("normalQuantile", () => {
  it.each([
    [0.5, 0],
    [0.975, z95],
    [0.995, 2.5758293035489],
    [0.9995, 3.29052673149189],
    [0.025, -z95],
  ])("gives the tabulated point for %f", (p, point) => {
    expect(normalQuantile(p)).toBeCloseTo(point, 9);
  });
});
