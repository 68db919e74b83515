import { setMaxListeners } from "node:events";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { evaluateConfig, type ModelConfig } from "#processor/evaluate/evaluate-config.js";
import type { Evaluator } from "#processor/evaluate/evaluator.js";
import { createEvaluators } from "#processor/evaluate/evaluators.js";
import { systemClock } from "#processor/kernel/clock.js";
import { pendingInteraction } from "../support/pending-interaction.js";
import { startScriptedModel, steps, type ScriptedModel } from "../support/scripted-model.js";
import { until } from "../support/until.js";

let server: ScriptedModel;
const never = new AbortController().signal;
setMaxListeners(0, never);
const calls: string[] = [];

beforeAll(async () => {
  server = await startScriptedModel(steps.verdict("relevant"));
});
beforeEach(() => {
  server.play(steps.verdict("relevant"));
  calls.length = 0;
});
afterAll(() => server.close());

const onCall = (_model: string, result: string): void => {
  calls.push(result);
};
const limited = (headers: Record<string, string>) =>
  steps.status(429, { message: "slow down" }, headers);

/** Fresh, since a model remembers what its server refused. */
function relevance(changes: Partial<ModelConfig> = {}, random = () => 0): Evaluator {
  const config = evaluateConfig.parse({
    models: {
      default: {
        base_url: server.url,
        api_key: "sk-secret-key",
        price: { input: 1, output: 10, cached_input: 0.5 },
        timeout: 300,
        retries: 2,
        longest_wait: 1_000,
        ...changes,
      },
    },
  });
  const evaluators = createEvaluators({ config, clock: systemClock, random, onCall });
  const found = evaluators.find(({ evaluator }) => evaluator.name === "relevance");
  if (found === undefined) throw new Error("there is no evaluator relevance");
  return found.evaluator;
}

const lastRequest = () => {
  const request = server.requests.at(-1);
  if (request === undefined) throw new Error("there was no request");
  return request;
};

describe("a judge whose model answers", () => {
  it("scores by the scale, with usage, cost and the reason", async () => {
    server.play(steps.verdict("irrelevant", "It is about something else."));
    const verdict = await relevance().evaluate(pendingInteraction(), never);
    expect(verdict).toEqual({
      outcome: "scored",
      score: 0,
      label: "irrelevant",
      explanation: "It is about something else.",
      confidence: null,
      // 600 tokens at $1, 400 cached at $0.50, 100 at $10, a million each.
      usage: {
        cost_usd: expect.closeTo(0.0018, 10),
        input_tokens: 1_000,
        output_tokens: 100,
        latency_ms: expect.any(Number),
      },
    });
    expect(calls).toEqual(["answered"]);
  });

  it("asks with a mark of its own, strict output, no tools, and the static text first", async () => {
    await relevance().evaluate(pendingInteraction(), never);
    const first = lastRequest();
    await relevance().evaluate(pendingInteraction({ output_text: "Something else here." }), never);
    const second = lastRequest();
    expect(first.path).toBe("/v1/chat/completions");
    expect(first.headers["x-calibrant-judge"]).toBe("1");
    expect(first.headers.authorization).toBe("Bearer sk-secret-key");
    expect(Object.keys(first.headers).filter((name) => name.startsWith("x-stainless"))).toEqual([]);
    expect(first.body.response_format).toMatchObject({
      type: "json_schema",
      json_schema: { name: "relevance", strict: true },
    });
    expect(first.body).toMatchObject({ temperature: 0, max_completion_tokens: 1_024 });
    expect(first.body.tools).toBeUndefined();
    expect(first.body.messages.map(({ role }) => role)).toEqual(["system", "user"]);
    expect(first.body.messages[0]).toEqual(second.body.messages[0]);
    expect(first.body.messages[1]?.content).toContain("Worn shoes can be returned");
    expect(first.body.messages[1]).not.toEqual(second.body.messages[1]);
  });

  it("does not know the cost without a price or without usage", async () => {
    const unpriced = relevance({ price: undefined });
    expect(await unpriced.evaluate(pendingInteraction(), never)).toMatchObject({
      usage: { cost_usd: null, input_tokens: 1_000 },
    });
    server.play(steps.says('{"verdict": "relevant"}', { usage: undefined }));
    expect(await relevance().evaluate(pendingInteraction(), never)).toMatchObject({
      outcome: "scored",
      usage: { cost_usd: null, input_tokens: 0 },
    });
  });

  it("says in the explanation what was left out of the material", async () => {
    const output_text = "word ".repeat(4_000);
    const verdict = await relevance().evaluate(pendingInteraction({ output_text }), never);
    expect(verdict).toMatchObject({
      explanation: "because [Shown shortened: output_text by 12000 characters.]",
    });
  });

  it("sends no key where none is configured", async () => {
    await relevance({ api_key: "", headers: { "X-Gateway": "blue" } }).evaluate(
      pendingInteraction(),
      never,
    );
    expect(lastRequest().headers.authorization).toBeUndefined();
    expect(lastRequest().headers["x-gateway"]).toBe("blue");
  });

  it("keeps to the number of calls that may be under way", async () => {
    const busy = await startScriptedModel(async (request, response) => {
      await new Promise((resolve) => setImmediate(resolve));
      await steps.verdict("relevant")(request, response);
    });
    try {
      const evaluator = relevance({ base_url: busy.url, concurrency: 3, timeout: 10_000 });
      const verdicts = await Promise.all(
        Array.from({ length: 20 }, () => evaluator.evaluate(pendingInteraction(), never)),
      );
      expect(verdicts.every(({ outcome }) => outcome === "scored")).toBe(true);
      expect(busy.requests).toHaveLength(20);
      expect(busy.mostOpen()).toBeLessThanOrEqual(3);
    } finally {
      await busy.close();
    }
  });
});

describe("a judge whose model answers something else", () => {
  it.each([
    ["garbage", steps.says("42 is the answer"), /^JUDGE_INVALID_OUTPUT: there is no JSON object/],
    ["a label off the scale", steps.verdict("great"), /^JUDGE_INVALID_OUTPUT: the verdict "great"/],
    ["nothing", steps.says(null), /^JUDGE_INVALID_OUTPUT: the answer is empty/],
    [
      "no choices",
      steps.says("", { choices: [] }),
      /^JUDGE_INVALID_OUTPUT: the answer has no choices/,
    ],
    [
      "half an answer",
      steps.says('{"verdict": "rel', { finish_reason: "length" }),
      /^JUDGE_INVALID_OUTPUT: the answer was cut off/,
    ],
    [
      "a refusal",
      steps.says(null, { refusal: "I will not judge this." }),
      /^JUDGE_INVALID_OUTPUT: the model refused: I will not judge this/,
    ],
    [
      "filtered content",
      steps.says(null, { finish_reason: "content_filter" }),
      /^JUDGE_INVALID_OUTPUT: the provider's content filter/,
    ],
    ["broken JSON", steps.sends('{"choices": ['), /^JUDGE_INVALID_OUTPUT: /],
    ["a web page", steps.sends("<h1>Hi</h1>", "text/html"), /^JUDGE_INVALID_OUTPUT: /],
    ["JSON null", steps.sends("null"), /^JUDGE_INVALID_OUTPUT: /],
  ])("fails on %s, without a score and without another attempt", async (_what, step, reason) => {
    server.play(step);
    const before = server.requests.length;
    const verdict = await relevance().evaluate(pendingInteraction(), never);
    expect(verdict).toMatchObject({ outcome: "failed", reason: expect.stringMatching(reason) });
    expect(verdict).not.toHaveProperty("score");
    expect(server.requests.length - before).toBe(1);
  });

  it("counts what the invalid answer cost", async () => {
    server.play(steps.verdict("great"));
    expect(await relevance().evaluate(pendingInteraction(), never)).toMatchObject({
      outcome: "failed",
      usage: { cost_usd: expect.closeTo(0.0018, 10), output_tokens: 100 },
    });
  });
});

describe("a judge whose model fails", () => {
  it.each([
    ["a 500", steps.status(500, { message: "oops" }), "server_error"],
    ["a 503 page", steps.status(503, {}), "server_error"],
    ["a 429", limited({ "retry-after-ms": "1" }), "rate_limited"],
    ["a reset", steps.resets(), "connection"],
    ["a body that breaks off", steps.breaksOff(), "connection"],
    ["silence", steps.hangs(), "timeout"],
    ["half an answer and silence", steps.stalls(), "timeout"],
  ])("asks again after %s", async (_what, step, result) => {
    server.play(step, steps.verdict("relevant"));
    const verdict = await relevance().evaluate(pendingInteraction(), never);
    expect(verdict).toMatchObject({ outcome: "scored", score: 1 });
    expect(calls).toEqual([result, "answered"]);
  });

  it("waits as long as Retry-After asks, in seconds or until a date", async () => {
    const waits: number[] = [];
    const clock = {
      now: () => 1_750_000_000_000,
      sleep: async (milliseconds: number) => void waits.push(milliseconds),
    };
    const date = new Date(1_750_000_007_000).toUTCString();
    server.play(
      limited({ "retry-after": "3" }),
      limited({ "retry-after": date }),
      steps.verdict("relevant"),
    );
    const config = evaluateConfig.parse({ models: { default: { base_url: server.url } } });
    const all = createEvaluators({ config, clock, random: () => 0, onCall: () => undefined });
    const judge = all.find(({ evaluator }) => evaluator.name === "relevance")?.evaluator;
    expect(await judge?.evaluate(pendingInteraction(), never)).toMatchObject({ outcome: "scored" });
    expect(waits).toEqual([3_000, 7_000]);
  });

  it("does not wait longer than it may", async () => {
    server.play(limited({ "retry-after": "3600" }));
    const verdict = await relevance().evaluate(pendingInteraction(), never);
    expect(verdict).toMatchObject({
      outcome: "failed",
      reason: "JUDGE_UNAVAILABLE: 429 slow down (the server asks to wait 3600 s)",
    });
    expect(calls).toEqual(["rate_limited"]);
  });

  it("gives up after its attempts", async () => {
    server.play(steps.status(500, { message: "oops" }));
    const verdict = await relevance({ retries: 1 }).evaluate(pendingInteraction(), never);
    expect(verdict).toMatchObject({ outcome: "failed", reason: "JUDGE_UNAVAILABLE: 500 oops" });
    expect(calls).toEqual(["server_error", "server_error"]);
  });

  it.each([
    ["a wrong key", 401, { message: "Incorrect API key: sk-secret-key" }],
    ["no permission", 403, { message: "no" }],
    ["an unknown model", 404, { message: "no such model" }],
    ["a spent quota", 429, { message: "pay first", code: "insufficient_quota" }],
    ["a long prompt", 400, { message: "too long", code: "context_length_exceeded" }],
  ])("does not ask again after %s, and never repeats the key", async (_what, status, error) => {
    server.play(steps.status(status, error));
    const verdict = await relevance().evaluate(pendingInteraction(), never);
    expect(verdict).toMatchObject({
      outcome: "failed",
      reason: expect.stringMatching(/^JUDGE_REFUSED: \d/),
    });
    expect(JSON.stringify(verdict)).not.toContain("sk-secret-key");
    expect(calls).toEqual(["refused"]);
  });

  it("follows no redirect", async () => {
    const elsewhere = await startScriptedModel(steps.verdict("relevant"));
    try {
      server.play(steps.redirects(`${elsewhere.url}/chat/completions`));
      const verdict = await relevance().evaluate(pendingInteraction(), never);
      expect(verdict).toMatchObject({
        outcome: "failed",
        reason: "JUDGE_REFUSED: the model server answered with a redirect (307)",
      });
      expect(elsewhere.requests).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });

  it("ends at once when the service stops, without a verdict", async () => {
    server.play(steps.hangs());
    const before = server.requests.length;
    const stopping = new AbortController();
    const verdict = relevance({ timeout: 60_000 }).evaluate(pendingInteraction(), stopping.signal);
    await until("the call to arrive", () => server.requests.length > before);
    stopping.abort();
    await expect(verdict).rejects.toThrow("This operation was aborted");
    expect(calls).toEqual(["cancelled"]);
  });
});

describe("a judge whose server knows less than the OpenAI API", () => {
  it.each([
    [
      "JSON schemas",
      "json_object",
      steps.refusing(
        ({ response_format: format }) =>
          format?.type === "json_schema" ? "response_format.type must be json_object" : undefined,
        steps.verdict("relevant"),
      ),
    ],
    [
      "any response_format",
      undefined,
      steps.refusing(
        ({ response_format: format }) =>
          format === undefined ? undefined : "Unrecognized request argument: response_format",
        steps.says('Sure!\n```json\n{"verdict": "relevant", "rationale": "ok"}\n```'),
      ),
    ],
  ])("does without %s, and remembers it", async (_what, format, step) => {
    server.play(step);
    const evaluator = relevance();
    expect(await evaluator.evaluate(pendingInteraction(), never)).toMatchObject({ score: 1 });
    calls.length = 0;
    expect(await evaluator.evaluate(pendingInteraction(), never)).toMatchObject({ score: 1 });
    expect(calls).toEqual(["answered"]);
    expect(lastRequest().body.response_format?.type).toBe(format);
  });

  it("does without the parameters that it refuses", async () => {
    server.play(
      steps.refusing(
        ({ temperature, max_completion_tokens }) =>
          temperature !== undefined
            ? "Unsupported value: 'temperature'"
            : max_completion_tokens !== undefined
              ? "Unknown parameter: max_completion_tokens"
              : undefined,
        steps.verdict("relevant"),
      ),
    );
    expect(await relevance().evaluate(pendingInteraction(), never)).toMatchObject({ score: 1 });
    expect(lastRequest().body).toMatchObject({
      max_tokens: 1_024,
      response_format: { type: "json_schema" },
    });
  });

  it("fails with the first complaint when no form is accepted, and remembers nothing", async () => {
    let complaints = 0;
    server.play(steps.refusing(() => `complaint ${++complaints}`, steps.verdict("relevant")));
    const evaluator = relevance();
    expect(await evaluator.evaluate(pendingInteraction(), never)).toMatchObject({
      outcome: "failed",
      reason: "JUDGE_REFUSED: 400 complaint 1",
    });
    server.play(steps.verdict("relevant"));
    await evaluator.evaluate(pendingInteraction(), never);
    expect(lastRequest().body.response_format?.type).toBe("json_schema");
  });
});

describe("what a judge does not judge", () => {
  it.each([
    [{ status: "error" }, "interaction failed"],
    [{ output_text: "" }, "no output"],
    [{ input_text: "" }, "no input"],
    [{ output_text: ":" }, "screened: empty answer"],
    [{ input_text: "", output_text: "" }, "no content captured"],
    [{}, undefined],
  ] as const)("%j: %s", (changes, reason) => {
    expect(relevance().inapplicable(pendingInteraction(changes))).toBe(reason);
  });
});
