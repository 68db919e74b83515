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
  daily_budget_usd: 0.0201,
  evaluators: { groundedness: { enabled: false } },
});

const counts = (lines: readonly Evaluation[]) => {
  const relevance = lines.filter(({ evaluator }) => evaluator === "relevance");
  const count = (name: string) => relevance.filter(({ outcome }) => outcome === name).length;
  return { scored: count("scored"), over: count("over_budget") };
};

describe("the daily budget", () => {
  it("ends the judging, not the checks, and is not forgotten by a restart", async () => {
    const model = await bench.model(steps.verdict("relevant"));
    const ledger = memoryLedger(queued(1));
    const first = bench.start(ledger, budgetFor(model.url));
    await filled(ledger, 4);
    ledger.queue.push(...queued(40, undefined, Date.now()).slice(1));
    await filled(ledger, 160);
    await first.stop();
    expect(counts(ledger.lines)).toEqual({ scored: 10, over: 30 });
    expect(model.requests).toHaveLength(10);

    ledger.queue.push(...queued(50, undefined, Date.now()).slice(40));
    bench.start(ledger, budgetFor(model.url));
    await filled(ledger, 200);
    expect(counts(ledger.lines)).toEqual({ scored: 10, over: 40 });
    expect(tally(ledger.lines)).toEqual({ lines: 200, pairs: 200 });
  });
});
