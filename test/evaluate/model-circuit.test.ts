import { setMaxListeners } from "node:events";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { evaluateConfig } from "#processor/evaluate/evaluate-config.js";
import type { Verdict } from "#processor/evaluate/evaluator.js";
import { createEvaluators } from "#processor/evaluate/evaluators.js";
import { unlimitedBudget } from "#processor/evaluate/sampling/budget.js";
import { heldClock, type HeldClock } from "../support/held-clock.js";
import { pendingInteraction } from "../support/pending-interaction.js";
import { relevanceJudge } from "../support/relevance-judge.js";
import {
  startScriptedModel,
  steps,
  type ScriptedModel,
  type Step,
} from "../support/scripted-model.js";
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
  before = server.requests.length;
});
afterAll(() => server.close());

const calls = (): number => server.requests.length - before;
const oops = steps.status(500, { message: "oops" });
const wrongKey = steps.status(401, { message: "Incorrect API key" });
const circuit = {
  failures: 3,
  cool_down: 10_000,
  refused_cool_down: 60_000,
  longest_wait: 100_000,
};

/** A judge, and what became of its evaluations. */
function judging(...script: [Step, ...Step[]]) {
  server.play(...script);
  let openings = 0;
  const judge = relevanceJudge({
    url: server.url,
    clock,
    onCircuit: (_model, state) => {
      if (state === "open") openings++;
    },
    model: { retries: 0, circuit, concurrency: 100, timeout: 5_000 },
  });
  const verdicts: Verdict[] = [];
  const evaluate = async (signal = never, changes = {}): Promise<void> => {
    verdicts.push(await judge.evaluate(pendingInteraction(changes), signal));
  };
  /** Each is asked after the one before it has ended or waits. */
  const failing = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index++) await evaluate();
  };
  const opened = (times: number) => until(`opening ${times}`, () => openings >= times);
  return { verdicts, evaluate, failing, opened };
}

/** When everything that can go on without the clock has gone on. */
async function settled(): Promise<void> {
  await until("no more calls", async () => {
    const seen = calls();
    await new Promise((resolve) => setTimeout(resolve, 50));
    return calls() === seen;
  });
}

/** Evaluators of two models, and what became of their circuits. */
function judges(models: object) {
  const config = evaluateConfig.parse({
    cache: { entries: 0 },
    models,
    evaluators: {
      relevance: { model: "first" },
      again: { rubric: "relevance", model: "second" },
    },
  });
  const states: string[] = [];
  const assignments = createEvaluators({
    config,
    clock,
    budget: unlimitedBudget,
    onCall: () => undefined,
    onCircuit: (model, state) => void states.push(`${model} ${state}`),
  });
  const evaluate = async (name: string): Promise<Verdict | undefined> =>
    assignments
      .find(({ evaluator }) => evaluator.name === name)
      ?.evaluator.evaluate(pendingInteraction(), never);
  return { states, evaluate };
}

function withKey(api_key: string, more: object = {}): object {
  return { base_url: server.url, api_key, retries: 0, circuit, timeout: 5_000, ...more };
}

describe("the circuit of a provider", () => {
  it("opens after failures in a row: evaluations wait, one tries, and then all go on", async () => {
    const script = [oops, oops, oops, steps.verdict("relevant")] as const;
    const { verdicts, evaluate, failing, opened } = judging(...script);
    await failing(2);
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(["failed", "failed"]);
    // The third opens it, and waits with the others instead of failing.
    const waiting = [1, 2, 3, 4, 5].map(() => evaluate());
    await opened(1);
    await settled();
    const attempts = calls();
    clock.advance(circuit.cool_down - 1);
    await settled();
    expect(calls()).toBe(attempts);
    clock.advance(1);
    await Promise.all(waiting);
    expect(verdicts.filter(({ outcome }) => outcome === "scored")).toHaveLength(5);
  });

  it("is not opened by failures with successes between them, or by a request's own fault", async () => {
    const tooLong = steps.status(400, { message: "too long", code: "context_length_exceeded" });
    const yes = steps.verdict("relevant");
    const script = [
      oops,
      oops,
      yes,
      oops,
      oops,
      tooLong,
      oops,
      oops,
      steps.says("?"),
      oops,
    ] as const;
    const { verdicts, failing } = judging(...script, yes);
    await failing(11);
    expect(verdicts.filter(({ outcome }) => outcome === "scored")).toHaveLength(2);
    expect(calls()).toBe(11);
  });

  it("lets one call try at a time, and fails evaluations that have waited for too long", async () => {
    const { verdicts, evaluate, failing, opened } = judging(oops);
    await failing(2);
    const waiting = [1, 2, 3].map(() => evaluate());
    await opened(1);
    await settled();
    const attempts = calls();
    for (let pause = 0; pause < 5; pause++) {
      clock.advance(circuit.cool_down);
      await opened(pause + 2);
      await settled();
      expect(calls()).toBe(attempts + pause + 1);
    }
    expect(verdicts).toHaveLength(2);
    clock.advance(circuit.longest_wait);
    await until("the end of the waits", () => {
      clock.advance(circuit.cool_down);
      return verdicts.length === 5;
    });
    await Promise.all(waiting);
    expect(verdicts.at(-1)).toMatchObject({
      outcome: "failed",
      reason: "JUDGE_UNAVAILABLE: waited 100 s for the model server to recover: 500 oops",
    });
  });

  it.each([
    ["a wrong key", wrongKey, "JUDGE_REFUSED: 401 Incorrect API key"],
    [
      "a key without permission",
      steps.status(403, { message: "This key has no permission" }),
      "JUDGE_REFUSED: 403 This key has no permission",
    ],
    ["no credit", steps.status(402, { message: "pay" }), "JUDGE_REFUSED: 402 pay"],
    [
      "a spent quota",
      steps.status(429, { message: "pay first", code: "insufficient_quota" }),
      "JUDGE_REFUSED: 429 pay first",
    ],
  ])("opens at once after %s, and longer", async (_what, refusal, reason) => {
    const script = [refusal, refusal, steps.verdict("relevant")] as const;
    const { verdicts, evaluate, failing, opened } = judging(...script);
    await failing(1);
    expect(verdicts).toMatchObject([{ outcome: "failed", reason }]);
    const waiting = [1, 2, 3].map(() => evaluate());
    clock.advance(circuit.refused_cool_down - 1);
    await settled();
    expect(calls()).toBe(1);
    clock.advance(1);
    // The try is refused, too: it says so, and the others wait on.
    await until("the refused try", () => verdicts.length === 2);
    await opened(2);
    expect(calls()).toBe(2);
    clock.advance(circuit.refused_cool_down);
    await Promise.all(waiting);
    expect(verdicts.map(({ outcome }) => outcome)).toEqual([
      "failed",
      "failed",
      "scored",
      "scored",
    ]);
  });

  it.each([
    ["flagged by a moderator", "Your input was flagged, and so is your account", ""],
    ["blocked by a firewall", "Forbidden", ""],
    ["with a key's name in it", "malformed: 'invalid_api_key insufficient_quota'", "400"],
  ])("is not opened by one text, %s, again and again", async (_what, message, status) => {
    const refusal = steps.status(Number(status || 403), { message });
    const { verdicts, evaluate } = judging(refusal);
    for (let index = 0; index < 5; index++) await evaluate();
    server.play(steps.verdict("relevant"));
    await evaluate();
    expect(verdicts.map(({ outcome }) => outcome)).toEqual([
      ...Array.from({ length: 5 }, () => "failed"),
      "scored",
    ]);
  });

  it("opens when different texts in a row are refused without a reason", async () => {
    const no = steps.status(403, { message: "Forbidden" });
    const yes = steps.verdict("relevant");
    const { verdicts, evaluate, opened } = judging(no, no, yes, no, no, no, no, yes);
    for (let index = 0; index < 6; index++) await evaluate(never, { output_text: `text ${index}` });
    expect(verdicts.map(({ outcome }) => outcome)).toEqual([
      "failed",
      "failed",
      "scored",
      "failed",
      "failed",
      "failed",
    ]);
    await opened(1);
    const waiting = [1, 2].map(() => evaluate());
    await settled();
    expect(calls()).toBe(6);
    clock.advance(circuit.refused_cool_down);
    await opened(2);
    clock.advance(circuit.refused_cool_down);
    await Promise.all(waiting);
    expect(verdicts.at(-1)).toMatchObject({ outcome: "scored" });
  });

  it("stays open for as long as the server asks, when that is longer", async () => {
    const busy = steps.status(429, { message: "slow down" }, { "retry-after": "40" });
    const script = [busy, busy, busy, steps.verdict("relevant")] as const;
    const { evaluate, failing, opened } = judging(...script);
    await failing(2);
    const waiting = evaluate();
    await opened(1);
    clock.advance(39_999);
    await settled();
    expect(calls()).toBe(3);
    clock.advance(1);
    await waiting;
  });

  it("lets the next one try when a try is stopped, and ends waits with their signal", async () => {
    const { evaluate, failing } = judging(wrongKey, steps.hangs(), steps.verdict("relevant"));
    await failing(1);
    clock.advance(circuit.refused_cool_down);
    const stopping = new AbortController();
    const trying = evaluate(stopping.signal);
    await until("the try", () => calls() === 2);
    const waiting = evaluate();
    stopping.abort(new Error("stopped"));
    await expect(trying).rejects.toThrow("stopped");
    await waiting;

    server.play(wrongKey);
    await evaluate();
    const ended = new AbortController();
    const wait = evaluate(ended.signal);
    ended.abort(new Error("ended"));
    await expect(wait).rejects.toThrow("ended");
  });
});

describe("models at one address", () => {
  it("and with one key share the circuit", async () => {
    server.play(wrongKey, steps.verdict("relevant"));
    const { states, evaluate } = judges({ first: withKey("a"), second: withKey("a") });
    await evaluate("relevance");
    const waiting = evaluate("again");
    await settled();
    expect(calls()).toBe(1);
    clock.advance(circuit.refused_cool_down);
    expect(await waiting).toMatchObject({ outcome: "scored" });
    expect(states).toEqual([
      "first closed",
      "second closed",
      "first open",
      "second open",
      "first half_open",
      "second half_open",
      "first closed",
      "second closed",
    ]);
  });

  it("and with other keys do not", async () => {
    server.play(wrongKey, steps.verdict("relevant"));
    const { evaluate } = judges({ first: withKey("a"), second: withKey("b") });
    await evaluate("relevance");
    expect(await evaluate("again")).toMatchObject({ outcome: "scored" });
  });

  it("have no more calls under way than the largest of them may, and each no more than its own", async () => {
    const busy = await startScriptedModel(async (request, response) => {
      await new Promise((resolve) => setImmediate(resolve));
      await steps.verdict("relevant")(request, response);
    });
    try {
      const more = { base_url: busy.url, timeout: 20_000 };
      const { evaluate } = judges({
        first: withKey("a", { ...more, concurrency: 4 }),
        second: withKey("a", { ...more, concurrency: 2 }),
      });
      await Promise.all(Array.from({ length: 20 }, () => evaluate("again")));
      expect(busy.mostOpen()).toBeLessThanOrEqual(2);
      const both = Array.from({ length: 20 }, () => [evaluate("again"), evaluate("relevance")]);
      await Promise.all(both.flat());
      expect(busy.mostOpen()).toBeLessThanOrEqual(4);
    } finally {
      await busy.close();
    }
  });
});
