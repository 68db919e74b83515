import { describe, expect, it } from "vitest";
import { judgeBeforeServer, never } from "../support/judge-before-server.js";
import { pendingInteraction } from "../support/pending-interaction.js";
import { startScriptedModel, steps } from "../support/scripted-model.js";

const { server, calls, relevance, lastRequest } = judgeBeforeServer();

describe("a judge whose model answers", () => {
  it("scores by the scale, with usage, cost and the reason", async () => {
    server().play(steps.verdict("irrelevant", "It is about something else."));
    const verdict = await relevance().evaluate(pendingInteraction(), never);
    expect(verdict).toEqual({
      outcome: "scored",
      score: 0,
      label: "irrelevant",
      explanation: "It is about something else.",
      confidence: null,
      model: "scripted-2025-01-01",
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
    server().play(steps.says('{"verdict": "relevant"}', { usage: undefined }));
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
    [
      "a stream that nobody asked for",
      steps.sends('data: {"choices": [{"delta": {"content": "{"}}]}\n\n', "text/event-stream"),
      /^JUDGE_INVALID_OUTPUT: the answer has no choices/,
    ],
    ["an empty body", steps.sends(""), /^JUDGE_INVALID_OUTPUT: /],
    [
      "an endless answer",
      steps.sends(`"${"a".repeat(5_000_000)}"`),
      /^JUDGE_REFUSED: the answer is larger than 4194304 bytes/,
    ],
    ["JSON null", steps.sends("null"), /^JUDGE_INVALID_OUTPUT: /],
  ])("fails on %s, without a score and without another attempt", async (_what, step, reason) => {
    server().play(step);
    const before = server().requests.length;
    const verdict = await relevance().evaluate(pendingInteraction(), never);
    expect(verdict).toMatchObject({ outcome: "failed", reason: expect.stringMatching(reason) });
    expect(verdict).not.toHaveProperty("score");
    expect(server().requests.length - before).toBe(1);
  });

  it("counts what the invalid answer cost", async () => {
    server().play(steps.verdict("great"));
    expect(await relevance().evaluate(pendingInteraction(), never)).toMatchObject({
      outcome: "failed",
      usage: { cost_usd: expect.closeTo(0.0018, 10), output_tokens: 100 },
    });
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
