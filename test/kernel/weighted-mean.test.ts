import { describe, expect, it } from "vitest";
import { weightedMean, type DrawnValue } from "#processor/kernel/weighted-mean.js";
import { randomNumbers } from "../support/random-numbers.js";

const turns = (clusters: number, each: number): DrawnValue[] =>
  Array.from({ length: clusters * each }, (_, index) => ({
    cluster: `c${Math.floor(index / each)}`,
    value: Math.floor(index / each) % 2,
    probability: 0.1,
  }));

describe("the weighted mean", () => {
  it("is that of the population where everything was drawn, without an error", () => {
    const values = [0, 1, 1, 1].map((value, index) => ({
      cluster: `c${index}`,
      value,
      probability: 1,
    }));
    expect(weightedMean(values)).toEqual({
      mean: { estimate: 0.75, lower: 0.75, upper: 0.75 },
      standardError: 0,
      effectiveSize: 4,
    });
    expect(weightedMean([])).toBeUndefined();
  });

  it("follows the formula where each value stands for itself", () => {
    const values = [
      { cluster: "a", value: 1, probability: 0.5 },
      { cluster: "b", value: 0, probability: 0.1 },
      { cluster: "c", value: 1, probability: 0.2 },
    ];
    const mean = 7 / 17;
    const parts = values.map(
      ({ value, probability: p }) => ((1 - p) * (value - mean) ** 2) / p ** 2,
    );
    const standardError = Math.sqrt(parts.reduce((sum, part) => sum + part, 0)) / 17;
    const found = weightedMean(values);
    expect(found?.mean.estimate).toBeCloseTo(mean, 12);
    expect(found?.standardError).toBeCloseTo(standardError, 12);
    expect(found?.effectiveSize).toBeCloseTo(17 ** 2 / (4 + 100 + 25), 12);
  });

  it("counts a cluster of equal values as little more than one", () => {
    const alone = weightedMean(turns(100, 1))?.standardError;
    expect(weightedMean(turns(100, 5))?.standardError).toBeCloseTo(alone ?? 0, 12);
  });

  it("covers the mean of populations drawn unevenly, where the plain mean does not", () => {
    const random = randomNumbers(7);
    const runs = 400;
    let [covered, naiveCovered] = [0, 0];
    for (let run = 0; run < runs; run++) {
      const drawn: DrawnValue[] = [];
      let [sum, count] = [0, 0];
      for (let cluster = 0; cluster < 1_500; cluster++) {
        const number = random.uniform();
        const mood = random.normal();
        for (let turn = 0; turn < 3; turn++) {
          const risky = random.uniform() < 0.1;
          const value = random.uniform() < (risky ? 0.4 : 0.9) - (mood < -1 ? 0.3 : 0) ? 1 : 0;
          const probability = risky ? 0.5 : 0.1;
          sum += value;
          count++;
          if (number < probability) drawn.push({ cluster: `c${cluster}`, value, probability });
        }
      }
      const truth = sum / count;
      const found = weightedMean(drawn);
      if (found !== undefined && found.mean.lower <= truth && truth <= found.mean.upper) covered++;
      const naive = drawn.reduce((all, { value }) => all + value, 0) / drawn.length;
      const half = 1.96 * Math.sqrt((naive * (1 - naive)) / drawn.length);
      if (Math.abs(naive - truth) <= half) naiveCovered++;
    }
    expect(covered / runs).toBeGreaterThan(0.92);
    expect(covered / runs).toBeLessThan(0.98);
    expect(naiveCovered / runs).toBeLessThan(0.2);
  });
});
