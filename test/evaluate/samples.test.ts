import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEvaluators } from "#processor/evaluate/evaluators.js";
import { evaluateConfig } from "#processor/evaluate/evaluate-config.js";
import { unlimitedBudget } from "#processor/evaluate/sampling/budget.js";
import { systemClock } from "#processor/kernel/clock.js";
import { pendingInteraction } from "../support/pending-interaction.js";
import { relevanceJudge } from "../support/relevance-judge.js";
import {
  startScriptedModel,
  steps,
  type ScriptedModel,
  type Step,
} from "../support/scripted-model.js";

let server: ScriptedModel;
beforeAll(async () => {
  server = await startScriptedModel(steps.verdict("relevant"));
});
afterAll(() => server.close());

const judge = (samples?: number) =>
  relevanceJudge({ url: server.url, settings: samples === undefined ? {} : { samples } });

async function evaluate(samples: number, ...script: [Step, ...Step[]]) {
  server.play(...script);
  const before = server.requests.length;
  const verdict = await judge(samples).evaluate(pendingInteraction(), new AbortController().signal);
  return { verdict, requests: server.requests.slice(before) };
}

const yes = steps.verdict("relevant", "It answers.");
const no = steps.verdict("irrelevant", "It does not.");

const token = (text: string, other = text) => ({
  token: text,
  logprob: Math.log(0.8),
  top_logprobs: [{ token: other, logprob: Math.log(0.2) }],
});

describe("a judge with samples", () => {
  it("gives the mean, the share of the majority and the sum of the costs", async () => {
    const { verdict, requests } = await evaluate(5, no, yes, yes, no, yes);
    expect(verdict).toMatchObject({
      outcome: "scored",
      score: expect.closeTo(0.6, 10),
      label: "relevant",
      explanation: "It answers.",
      confidence: expect.closeTo(0.6, 10),
      usage: { cost_usd: expect.closeTo(0.009, 10), input_tokens: 5_000, output_tokens: 500 },
    });
    expect(requests.map(({ body }) => body.temperature)).toEqual([1, 1, 1, 1, 1]);
  });

  it("asks once when the model tells how probable its verdict was", async () => {
    const logprobs = { content: [token('{"verdict":"'), token("rel", "irre"), token('evant"}')] };
    const message = { role: "assistant", content: '{"verdict":"relevant"}' };
    const choices = [{ index: 0, finish_reason: "stop", message, logprobs }];
    const { verdict, requests } = await evaluate(3, steps.says(null, { choices }));
    expect(verdict).toMatchObject({ confidence: expect.closeTo(0.8, 10) });
    expect(requests).toHaveLength(1);
  });

  it("counts samples that failed against the majority", async () => {
    const { verdict } = await evaluate(3, steps.says("What?"), yes, yes);
    expect(verdict).toMatchObject({
      outcome: "scored",
      score: 1,
      confidence: expect.closeTo(2 / 3, 10),
      usage: { output_tokens: 300 },
    });
  });

  it("fails when half of them fail, with what all of them took", async () => {
    const { verdict } = await evaluate(4, yes, steps.says("What?"), steps.says("No."), yes);
    expect(verdict).toMatchObject({
      outcome: "failed",
      reason: expect.stringMatching(/^JUDGE_INVALID_OUTPUT/),
      usage: { output_tokens: 400 },
    });
  });

  it("is another version than the judge without", () => {
    expect(new Set([judge().version, judge(3).version, judge(5).version]).size).toBe(3);
  });

  it("is refused for a check", () => {
    const config = evaluateConfig.parse({ evaluators: { refusal: { samples: 3 } } });
    const options = {
      config,
      clock: systemClock,
      budget: unlimitedBudget,
      onCall: () => undefined,
    };
    expect(() => createEvaluators(options)).toThrow(
      /evaluators\.refusal\.samples: a check has none/,
    );
  });
});
