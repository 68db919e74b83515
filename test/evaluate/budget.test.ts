import { afterEach, describe, expect, it } from "vitest";
import type { Evaluation } from "#processor/model/evaluation.js";
import { evaluationBench, filled, modelAt, queued, tally } from "../support/evaluation.js";
import { memoryLedger } from "../support/memory-ledger.js";
import { steps } from "../support/scripted-model.js";

const bench = evaluationBench();
afterEach(() => bench.end());

// Every verdict costs $0.002.
const budgetFor = (url: string) => ({
  ...modelAt(url, { concurrency: 1 }),
  budget: { daily_usd: 0.0201 },
  evaluators: { groundedness: { enabled: false } },
});

const outcomes = (lines: readonly Evaluation[]) => {
  const relevance = lines.filter(({ evaluator }) => evaluator === "relevance");
  const count = (name: string) => relevance.filter(({ outcome }) => outcome === name).length;
  return { scored: count("scored"), left: count("sampled_out") + count("over_budget") };
};

describe("the daily budget", () => {
  it("holds against a flood, leaves the checks alone, and is not forgotten by a restart", async () => {
    const model = await bench.model(steps.verdict("relevant"));
    const ledger = memoryLedger(queued(1));
    const first = bench.start(ledger, budgetFor(model.url));
    await filled(ledger, 4);
    ledger.queue.push(...queued(400, undefined, Date.now()).slice(1));
    await filled(ledger, 1_600);
    await first.stop();
    const { scored, left } = outcomes(ledger.lines);
    expect(scored).toBeGreaterThanOrEqual(1);
    expect(scored).toBeLessThanOrEqual(10);
    expect(scored + left).toBe(400);
    expect(model.requests).toHaveLength(scored);

    ledger.queue.push(...queued(500, undefined, Date.now()).slice(400));
    bench.start(ledger, budgetFor(model.url));
    await filled(ledger, 2_000);
    expect(outcomes(ledger.lines).scored).toBeLessThanOrEqual(10);
    expect(tally(ledger.lines)).toEqual({ lines: 2_000, pairs: 2_000 });
    for (const line of ledger.lines) {
      expect(line.probability).toBeGreaterThan(0);
      expect(line.probability).toBeLessThanOrEqual(1);
    }
  });

  it("pays for nothing when it is 0, and says so", async () => {
    const model = await bench.model(steps.verdict("relevant"));
    const ledger = memoryLedger(queued(20));
    bench.start(ledger, { ...budgetFor(model.url), budget: { monthly_usd: 0 } });
    await filled(ledger, 80);
    expect(model.requests).toEqual([]);
    const relevance = ledger.lines.filter(({ evaluator }) => evaluator === "relevance");
    expect(new Set(relevance.map(({ outcome, reason }) => `${outcome}: ${reason}`))).toEqual(
      new Set(["over_budget: the monthly budget is spent"]),
    );
  });
});
