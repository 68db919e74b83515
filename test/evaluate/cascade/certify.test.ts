import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { certifyCascade, type StageVerdict } from "#processor/evaluate/cascade/certify.js";
import { certifiedThreshold } from "#processor/evaluate/cascade/threshold.js";
import { seededRandom } from "../../support/seeded-random.js";

interface CertifiedItem {
  readonly expected: string;
  readonly verdicts: readonly StageVerdict[];
}

const rules = { alpha: 0.2, delta: 0.1 };

/**
 * Items of differing difficulty: the sharper a judge, the more often it is right and says so. A stage
 * answers with a confidence that is the probability of its being right.
 */
function drawItems(count: number, random: () => number): CertifiedItem[] {
  return Array.from({ length: count }, () => {
    const difficulty = random();
    const verdicts = [0.35, 0.8].map((sharpness) => {
      const confidence = 1 - difficulty * (1 - sharpness);
      const label = random() < confidence ? "good" : "bad";
      return { label, confidence, cost_usd: sharpness };
    });
    return { expected: "good", verdicts };
  });
}

const certify = (items: readonly CertifiedItem[]) =>
  certifyCascade({
    ...rules,
    stages: 2,
    items,
    ask: async (stage, asked) => asked.flatMap(({ verdicts }) => verdicts[stage] ?? []),
  });

/** The share of wrong verdicts among those that stand, stage by stage, under thresholds. */
function wrongShares(items: readonly CertifiedItem[], thresholds: readonly number[]): number[] {
  return thresholds.map((threshold, stage) => {
    const reached = items.filter(({ verdicts }) =>
      thresholds.slice(0, stage).every((before, at) => (verdicts[at]?.confidence ?? 0) < before),
    );
    const stood = reached.filter(({ verdicts }) => (verdicts[stage]?.confidence ?? 0) >= threshold);
    const wrong = stood.filter(({ verdicts, expected }) => verdicts[stage]?.label !== expected);
    return stood.length === 0 ? 0 : wrong.length / stood.length;
  });
}

const said = (confidence: number, agrees: boolean) => ({ confidence, agrees });

describe("the threshold of a stage", () => {
  it("needs thirty labelled verdicts, and as many more as there are mistakes", () => {
    const right = Array.from({ length: 60 }, () => said(0.9, true));
    expect(certifiedThreshold(right.slice(0, 29), 0.1, 0.1)).toBeUndefined();
    // 1 - 0.1^(1/30) = 0.074: thirty without a mistake hold 10%, and not 5%.
    expect(certifiedThreshold(right.slice(0, 30), 0.1, 0.1)).toMatchObject({ threshold: 0.9 });
    expect(certifiedThreshold(right.slice(0, 30), 0.05, 0.1)).toBeUndefined();
  });

  it("stops at the first confidence that does not hold, whatever comes below", () => {
    const verdicts = [
      ...Array.from({ length: 40 }, () => said(0.9, true)),
      ...Array.from({ length: 20 }, () => said(0.8, false)),
      ...Array.from({ length: 500 }, () => said(0.7, true)),
    ];
    expect(certifiedThreshold(verdicts, 0.1, 0.1)).toEqual({ threshold: 0.9, stood: 40, wrong: 0 });
  });

  it("never holds more mistakes than the bound allows, and never parts equal confidences", () => {
    const any = fc.array(
      fc.record({ confidence: fc.constantFrom(0.1, 0.4, 0.5, 0.8, 1), agrees: fc.boolean() }),
      { maxLength: 300 },
    );
    fc.assert(
      fc.property(any, (verdicts) => {
        const found = certifiedThreshold(verdicts, 0.3, 0.1);
        const least = found?.threshold ?? 2;
        const stood = verdicts.filter(({ confidence }) => confidence >= least);
        expect(found?.stood ?? 0).toBe(stood.length);
        expect(found?.wrong ?? 0).toBe(stood.filter(({ agrees }) => !agrees).length);
        expect(found?.wrong ?? 0).toBeLessThanOrEqual(0.3 * stood.length);
      }),
    );
  });
});

describe("a certified cascade", () => {
  it("misses the agreement that was promised in no more than the share of runs that was allowed", async () => {
    const random = seededRandom(7);
    const population = drawItems(5_000, random);
    const runs = 200;
    let missed = 0;
    let stoodAtFirst = 0;
    for (let run = 0; run < runs; run++) {
      const stages = await certify(drawItems(600, random));
      const thresholds = stages.map(({ threshold }) => threshold?.threshold ?? 2);
      if (wrongShares(population, thresholds).some((share) => share > rules.alpha)) missed++;
      stoodAtFirst += (stages[0]?.threshold?.stood ?? 0) / 600;
    }
    expect(missed / runs).toBeLessThanOrEqual(rules.delta);
    // And it is worth it: the cheap judge answers a good part.
    expect(stoodAtFirst / runs).toBeGreaterThan(0.3);
  });

  it("certifies nothing for a judge that does not say how sure it is, and passes its items on", async () => {
    const items = drawItems(100, seededRandom(1)).map(({ expected, verdicts }) => ({
      expected,
      verdicts: verdicts.map((verdict, stage) =>
        stage === 0 ? { ...verdict, confidence: null } : { ...verdict, label: "good" },
      ),
    }));
    const [first, second] = await certify(items);
    expect(first).toMatchObject({ threshold: undefined, reached: 100 });
    expect(second).toMatchObject({ reached: 100, threshold: { stood: 100, wrong: 0 } });
  });
});
