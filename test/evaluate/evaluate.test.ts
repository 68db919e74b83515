import { afterEach, describe, expect, it } from "vitest";
import type { Evaluation } from "#processor/model/evaluation.js";
import { evaluationBench, filled, modelAt, queued, tally } from "../support/evaluation.js";
import { memoryLedger } from "../support/memory-ledger.js";
import { steps } from "../support/scripted-model.js";

const bench = evaluationBench();
afterEach(() => bench.end());

const summary = (lines: readonly Evaluation[]) =>
  Object.fromEntries(
    lines.map(({ evaluator, outcome, reason, label }) => [
      evaluator,
      `${outcome} ${label}${reason}`,
    ]),
  );

describe("the ledger", () => {
  it("has one line for each interaction and evaluator, and says when there is no model", async () => {
    const ledger = memoryLedger(queued(30));
    bench.start(ledger);
    await filled(ledger, 150);
    expect(tally(ledger.lines)).toEqual({ lines: 150, pairs: 150 });
    expect(summary(ledger.lines)).toEqual({
      "empty-answer": "scored answered",
      refusal: "scored answered",
      repetition: "scored new",
      relevance: "skipped no model configured",
      groundedness: "skipped no model configured",
    });
  });

  it("holds every outcome, each with its reason", async () => {
    const model = await bench.model(
      steps.verdicts({ relevance: "relevant", again: "relevant", groundedness: "perfect" }),
    );
    const [first] = queued(1, () => ({ session_id: "drawn" }));
    if (first === undefined) throw new Error("nothing queued");
    const ledger = memoryLedger([first]);
    bench.start(ledger, {
      ...modelAt(model.url),
      evaluators: { refusal: { sample: 1e-9 }, again: { rubric: "relevance", model: "default" } },
      budget: { daily_usd: 100 },
    });
    await filled(ledger, 6);
    expect(summary(ledger.lines)).toEqual({
      "empty-answer": "scored answered",
      refusal: "sampled_out not drawn",
      repetition: "scored new",
      relevance: "scored relevant",
      again: "scored relevant",
      groundedness:
        'failed JUDGE_INVALID_OUTPUT: the verdict "perfect" is not one of grounded, ungrounded',
    });
    const drawnOut = ledger.lines.find(({ evaluator }) => evaluator === "refusal");
    expect(drawnOut).toMatchObject({ probability: 1e-9, score: null, kind: "code" });
    const relevance = ledger.lines.find(({ evaluator }) => evaluator === "relevance");
    expect(relevance).toMatchObject({
      trace_id: first.interaction.trace_id,
      span_id: first.interaction.span_id,
      session_id: "drawn",
      service_name: "shop",
      kind: "llm",
      score: 1,
      explanation: "relevance",
      probability: 1,
      evaluator_version: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    // One call for all three, and each bears its part of it.
    expect(model.requests).toHaveLength(1);
    const judged = ledger.lines.filter(({ kind }) => kind === "llm");
    const sum = (of: (line: Evaluation) => number | null) =>
      judged.reduce((total, line) => total + (of(line) ?? Number.NaN), 0);
    expect(sum(({ input_tokens }) => input_tokens)).toBe(1_000);
    expect(sum(({ output_tokens }) => output_tokens)).toBe(100);
    expect(sum(({ cost_usd }) => cost_usd)).toBeCloseTo(0.002, 12);
  });

  it("skips what an evaluator cannot judge", async () => {
    const model = await bench.model(steps.verdict("relevant"));
    const cases = [
      { status: "error" as const },
      { context: [] },
      { output_text: "ok." },
      { output_text: "" },
      { previous_output: "" },
    ];
    const ledger = memoryLedger(queued(cases.length, (index) => cases[index] ?? {}));
    bench.start(ledger, { ...modelAt(model.url), evaluators: { refusal: { enabled: false } } });
    await filled(ledger, 20);
    const reasons = (index: number) =>
      ledger.lines
        .filter(({ trace_id }) => Number.parseInt(trace_id, 16) === index)
        .filter(({ outcome }) => outcome === "skipped")
        .map(({ evaluator, reason }) => `${evaluator}: ${reason}`)
        .toSorted();
    expect([0, 1, 2, 3, 4].map(reasons)).toEqual([
      [
        "empty-answer: interaction failed",
        "groundedness: interaction failed",
        "relevance: interaction failed",
        "repetition: interaction failed",
      ],
      ["groundedness: no retrieved context"],
      [
        "groundedness: screened: empty answer",
        "relevance: screened: empty answer",
        "repetition: too short to compare",
      ],
      ["groundedness: no output", "relevance: no output", "repetition: no output"],
      ["repetition: no previous answer"],
    ]);
  });

  it("finds interactions that come later, and those that become visible late", async () => {
    const ledger = memoryLedger(queued(1));
    bench.start(ledger);
    await filled(ledger, 5);
    const now = Date.now();
    const [later, late] = queued(3).slice(1);
    if (later === undefined || late === undefined) throw new Error("nothing queued");
    ledger.queue.push({ ...later, revisedAt: now });
    await filled(ledger, 10);
    ledger.queue.push({ ...late, revisedAt: now - 20_000 });
    await filled(ledger, 15);
    expect(tally(ledger.lines)).toEqual({ lines: 15, pairs: 15 });
  });

  it("takes all turns of a queue whose places are the same", async () => {
    const ledger = memoryLedger(
      queued(1_300).map((entry) => ({ ...entry, revisedAt: 1_750_000_000_000 })),
    );
    bench.start(ledger, {
      evaluators: { relevance: { enabled: false }, groundedness: { enabled: false } },
    });
    await filled(ledger, 3_900);
    expect(tally(ledger.lines)).toEqual({ lines: 3_900, pairs: 3_900 });
  });

  it("takes on what has come when it is told to, however seldom it looks by itself", async () => {
    const [first, ...others] = queued(3, () => ({}), Date.now());
    if (first === undefined) throw new Error("nothing queued");
    const ledger = memoryLedger([first]);
    const worker = bench.start(ledger, { poll: 3_600_000 });
    await filled(ledger, 5);
    ledger.queue.push(...others);
    worker.wake();
    await filled(ledger, 15);
    expect(tally(ledger.lines)).toEqual({ lines: 15, pairs: 15 });
  });
});

describe("sampling", () => {
  it("draws a share near the probability, whole sessions together, and stores it", async () => {
    const ledger = memoryLedger(queued(2_000, (index) => ({ session_id: `s${index % 1_000}` })));
    bench.start(ledger, {
      evaluators: {
        refusal: { enabled: false },
        repetition: { sample: 0.1 },
        "empty-answer": { sample: 0.3 },
      },
    });
    await filled(ledger, 8_000);
    const drawn = (name: string) =>
      ledger.lines.filter(({ evaluator, outcome }) => evaluator === name && outcome === "scored");
    const sessions = (name: string) => new Set(drawn(name).map(({ session_id }) => session_id));
    // Six standard deviations of a share of 1,000 sessions.
    expect(Math.abs(sessions("empty-answer").size / 1_000 - 0.3)).toBeLessThan(0.087);
    expect(drawn("empty-answer")).toHaveLength(2 * sessions("empty-answer").size);
    expect([...sessions("repetition")].every((id) => sessions("empty-answer").has(id))).toBe(true);
    const probabilities = ledger.lines
      .filter(({ evaluator }) => evaluator === "empty-answer")
      .map(({ probability }) => probability);
    expect(new Set(probabilities)).toEqual(new Set([0.3]));
  });
});
