import { describe, expect, it } from "vitest";
import { judgeBeforeServer, never } from "../support/judge-before-server.js";
import { pendingInteraction } from "../support/pending-interaction.js";
import { relevanceJudge } from "../support/relevance-judge.js";
import { startScriptedModel, steps } from "../support/scripted-model.js";
import { until } from "../support/until.js";

const { server, calls, relevance, lastRequest } = judgeBeforeServer();
const limited = (headers: Record<string, string>) =>
  steps.status(429, { message: "slow down" }, headers);

describe("a judge whose model fails", () => {
  it.each([
    ["a 500", steps.status(500, { message: "oops" }), "server_error"],
    ["a 503 page", steps.status(503, {}), "server_error"],
    ["a 429", limited({ "retry-after-ms": "1" }), "rate_limited"],
    ["a reset", steps.resets(), "connection"],
    ["a body that breaks off", steps.breaksOff(), "connection"],
    ["a status that is none", steps.status(999, {}), "connection"],
    ["silence", steps.hangs(), "timeout"],
    ["half an answer and silence", steps.stalls(), "timeout"],
  ])("asks again after %s", async (_what, step, result) => {
    server().play(step, steps.verdict("relevant"));
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
    server().play(
      limited({ "retry-after": "3" }),
      limited({ "retry-after": date }),
      steps.verdict("relevant"),
    );
    const judge = relevanceJudge({ url: server().url, clock, model: { longest_wait: 20_000 } });
    expect(await judge.evaluate(pendingInteraction(), never)).toMatchObject({ outcome: "scored" });
    expect(waits).toEqual([3_000, 7_000]);
  });

  it("does not wait longer than it may", async () => {
    server().play(limited({ "retry-after": "3600" }));
    const verdict = await relevance().evaluate(pendingInteraction(), never);
    expect(verdict).toMatchObject({
      outcome: "failed",
      reason: "JUDGE_UNAVAILABLE: 429 slow down (the server asks to wait 3600 s)",
    });
    expect(calls).toEqual(["rate_limited"]);
  });

  it("gives up after its attempts", async () => {
    server().play(steps.status(500, { message: "oops" }));
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
    server().play(steps.status(status, error));
    const verdict = await relevance().evaluate(pendingInteraction(), never);
    expect(verdict).toMatchObject({
      outcome: "failed",
      reason: expect.stringMatching(/^JUDGE_REFUSED: \d/),
    });
    expect(JSON.stringify(verdict)).not.toContain("sk-secret-key");
    expect(calls).toEqual(["refused"]);
  });

  it.each([
    ["a refusal", steps.status(401, { message: "Incorrect API key" }), 0],
    ["a 404", steps.status(404, { message: "no such model" }), 0],
    ["a failing server", steps.status(500, { message: "oops" }), 0],
    ["silence", steps.hangs(), null],
    ["an answer that is none", steps.says("?", { usage: null }), null],
  ])("costs what is known after %s", async (_what, step, cost_usd) => {
    server().play(step);
    const verdict = await relevance({ retries: 0 }).evaluate(pendingInteraction(), never);
    expect(verdict).toMatchObject({ outcome: "failed", usage: { cost_usd } });
  });

  it("follows no redirect", async () => {
    const elsewhere = await startScriptedModel(steps.verdict("relevant"));
    try {
      server().play(steps.redirects(`${elsewhere.url}/chat/completions`));
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
    server().play(steps.hangs());
    const before = server().requests.length;
    const stopping = new AbortController();
    const verdict = relevance({ timeout: 60_000 }).evaluate(pendingInteraction(), stopping.signal);
    await until("the call to arrive", () => server().requests.length > before);
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
    server().play(step);
    const evaluator = relevance();
    expect(await evaluator.evaluate(pendingInteraction(), never)).toMatchObject({ score: 1 });
    calls.length = 0;
    expect(await evaluator.evaluate(pendingInteraction(), never)).toMatchObject({ score: 1 });
    expect(calls).toEqual(["answered"]);
    expect(lastRequest().body.response_format?.type).toBe(format);
  });

  it("does without the parameters that it refuses", async () => {
    server().play(
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
    server().play(steps.refusing(() => `complaint ${++complaints}`, steps.verdict("relevant")));
    const evaluator = relevance();
    expect(await evaluator.evaluate(pendingInteraction(), never)).toMatchObject({
      outcome: "failed",
      reason: "JUDGE_REFUSED: 400 complaint 1",
    });
    server().play(steps.verdict("relevant"));
    await evaluator.evaluate(pendingInteraction(), never);
    expect(lastRequest().body.response_format?.type).toBe("json_schema");
  });
});
