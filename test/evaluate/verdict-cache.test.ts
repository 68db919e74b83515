import { setMaxListeners } from "node:events";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Evaluator, Together } from "#processor/evaluate/evaluator.js";
import { noUsage } from "#processor/evaluate/evaluator.js";
import { createVerdictCache } from "#processor/evaluate/judges/verdict-cache.js";
import { evaluationBench, filled, modelAt, queued } from "../support/evaluation.js";
import { heldClock, type HeldClock } from "../support/held-clock.js";
import { memoryLedger } from "../support/memory-ledger.js";
import { pendingInteraction } from "../support/pending-interaction.js";
import { recordMetrics } from "../support/recorded-metrics.js";
import { relevanceJudge } from "../support/relevance-judge.js";
import { startScriptedModel, steps, type ScriptedModel } from "../support/scripted-model.js";
import { until } from "../support/until.js";

const never = new AbortController().signal;
setMaxListeners(0, never);
let server: ScriptedModel;
let clock: HeldClock;
let before = 0;
beforeAll(async () => {
  server = await startScriptedModel(steps.verdict("relevant"));
});
beforeEach(() => {
  clock = heldClock();
  server.play(steps.verdict("relevant"));
  before = server.requests.length;
});
afterAll(() => server.close());

const calls = (): number => server.requests.length - before;
const judge = (cache: object = {}): Evaluator =>
  relevanceJudge({ url: server.url, cache, clock, model: { timeout: 5_000, retries: 0 } });
const saying = (output_text: string) => pendingInteraction({ output_text });
const free = { cost_usd: 0, input_tokens: 0, output_tokens: 0, latency_ms: 0 };

describe("the cache of verdicts", () => {
  it("gives the same verdict for the same material, at no cost", async () => {
    const cached = judge();
    const first = await cached.evaluate(saying("The same words."), never);
    const other = pendingInteraction({ trace_id: "f".repeat(32), output_text: "The same words." });
    expect(first).toMatchObject({ usage: { cost_usd: expect.closeTo(0.0018, 10) } });
    expect(first).not.toHaveProperty("stage");
    expect(await cached.evaluate(other, never)).toEqual({ ...first, usage: free, stage: "cache" });
    expect(calls()).toBe(1);
  });

  it("asks about other material, and for another version", async () => {
    const cached = judge();
    await cached.evaluate(saying("One thing was said."), never);
    await cached.evaluate(saying("Another thing was said."), never);
    // What the rubric does not show makes no difference.
    await cached.evaluate({ ...saying("One thing was said."), user_id: "u2" }, never);
    expect(calls()).toBe(2);
  });

  it("joins the same calls under way", async () => {
    const cached = judge();
    const verdicts = await Promise.all(
      Array.from({ length: 10 }, () => cached.evaluate(saying("The same words."), never)),
    );
    expect(calls()).toBe(1);
    expect(verdicts.filter((verdict) => verdict.stage === "cache")).toHaveLength(9);
  });

  it("keeps no failure, but those who waited for it fail with it", async () => {
    server.play(steps.status(500, { message: "oops" }), steps.verdict("relevant"));
    const cached = judge();
    const failing = await Promise.all([1, 2].map(() => cached.evaluate(saying("A word."), never)));
    expect(failing.map(({ outcome }) => outcome)).toEqual(["failed", "failed"]);
    expect(calls()).toBe(1);
    expect(await cached.evaluate(saying("A word."), never)).toMatchObject({ outcome: "scored" });
  });

  it("asks itself when the call that it waited for was stopped", async () => {
    server.play(steps.hangs(), steps.verdict("relevant"));
    const cached = judge();
    const stopping = new AbortController();
    const stopped = cached.evaluate(saying("A word."), stopping.signal);
    const waiting = cached.evaluate(saying("A word."), never);
    await until("the call", () => calls() === 1);
    stopping.abort();
    await expect(stopped).rejects.toThrow("aborted");
    expect(await waiting).toMatchObject({ outcome: "scored" });
    expect(await waiting).not.toHaveProperty("stage");
  });

  it("forgets what is old, and what was not used for the longest time", async () => {
    const cached = judge({ entries: 2, age: 1_000 });
    const ask = (word: string) => cached.evaluate(saying(`They said ${word}.`), never);
    await ask("one");
    await ask("two");
    await ask("one");
    await ask("three");
    expect(calls()).toBe(3);
    expect(await ask("one")).toMatchObject({ stage: "cache" });
    expect(await ask("two")).not.toHaveProperty("stage");
    clock.advance(1_001);
    expect(await ask("two")).not.toHaveProperty("stage");
  });

  it("keeps nothing with 0 entries", async () => {
    const cached = judge({ entries: 0 });
    await cached.evaluate(saying("A word."), never);
    await cached.evaluate(saying("A word."), never);
    expect(calls()).toBe(2);
  });
});

describe("the cache of verdicts before evaluators that are asked together", () => {
  const asked: string[][] = [];
  const together: Together = {
    evaluate: async (evaluators) => {
      asked.push(evaluators.map(({ name }) => name));
      return evaluators.map(({ name }) => ({
        outcome: "scored" as const,
        score: 1,
        label: name,
        explanation: "",
        confidence: null,
        usage: noUsage,
      }));
    },
  };
  const member = (name: string): Evaluator => ({
    name,
    kind: "llm",
    version: "1",
    lane: "model",
    paid: true,
    together,
    inapplicable: () => undefined,
    evaluate: async (interaction, signal) => {
      const [verdict] = await together.evaluate([member(name)], interaction, signal);
      if (verdict === undefined) throw new Error("no verdict");
      return verdict;
    },
  });

  it("asks in one call for those of which nothing is known", async () => {
    const cache = createVerdictCache({ entries: 10, age: 1_000 }, clock);
    const [a, b, c] = ["a", "b", "c"].map((name) =>
      cache.before(member(name), ({ output_text }) => [output_text]),
    );
    if (a === undefined || b === undefined || c === undefined) throw new Error("no members");
    expect(a.together).toBe(b.together);
    const interaction = saying("A word.");
    await b.evaluate(interaction, never);
    const verdicts = await a.together?.evaluate([a, b, c], interaction, never);
    expect(verdicts?.map((verdict) => ("label" in verdict ? verdict.label : ""))).toEqual([
      "a",
      "b",
      "c",
    ]);
    expect(verdicts?.map(({ stage }) => stage)).toEqual([undefined, "cache", undefined]);
    expect(asked).toEqual([["b"], ["a", "c"]]);
    await a.together?.evaluate([a, b, c], interaction, never);
    expect(asked).toHaveLength(2);
  });
});

describe("the ledger", () => {
  const bench = evaluationBench();
  afterEach(() => bench.end());

  it("marks verdicts from the cache, and pays once", async () => {
    const metrics = recordMetrics();
    bench.cleanUp(() => metrics.shutdown());
    const ledger = memoryLedger(queued(20));
    const config = { ...modelAt(server.url), evaluators: { groundedness: { enabled: false } } };
    bench.start(ledger, { ...config, cache: {} }, { meter: metrics.meter });
    await filled(ledger, 80);
    const judged = ledger.lines.filter(({ evaluator }) => evaluator === "relevance");
    expect(judged.filter(({ stage }) => stage === "cache")).toHaveLength(19);
    expect(new Set(judged.map(({ model }) => model))).toEqual(new Set(["scripted-2025-01-01"]));
    expect(judged.reduce((sum, { cost_usd }) => sum + (cost_usd ?? 0), 0)).toBeCloseTo(0.002, 10);
    expect(calls()).toBe(1);
    expect(
      await metrics.value("calibrant.evaluate.cached_verdicts", { evaluator: "relevance" }),
    ).toBe(19);
  });
});
