import { describe, expect, it } from "vitest";
import { interactionsConfig } from "#processor/interactions/interactions-config.js";
import { assembleTrace, pricesOf } from "#processor/interactions/interactions.js";
import { rawSpan, traceOf } from "../support/raw-spans.js";

const prices = pricesOf(
  interactionsConfig.parse({
    prices: [
      {
        models: ["parrot-*"],
        input: 2,
        cached_input: 0.5,
        cache_write: 3,
        output: 10,
        reasoning: 20,
        tiers: { batch: 0.5 },
      },
      { providers: ["anthropic"], models: ["owl"], input: 1, output: 1 },
    ],
  }),
);

/** What a call costs with a million input and output tokens, and which models had no price. */
function costOf(attributes: Readonly<Record<string, string>>): [number | null, readonly string[]] {
  const span = rawSpan({
    spanId: "a",
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.request.model": "parrot-1",
      "gen_ai.usage.input_tokens": "1000000",
      "gen_ai.usage.output_tokens": "1000000",
      ...attributes,
    },
  });
  const { trace, unpriced } = assembleTrace(traceOf(span), {
    prices,
    contentLimit: 100,
    arrivedAt: 0,
    cutShort: false,
  });
  return [trace.interactions[0]?.cost_usd ?? null, unpriced];
}

describe("the cost of a call", () => {
  it("is the tokens times their prices", () => {
    expect(costOf({})).toEqual([12, []]);
  });

  it("counts cached and written tokens, which are among the input, by their own prices", () => {
    expect(
      costOf({
        "gen_ai.usage.cache_read.input_tokens": "400000",
        "gen_ai.usage.cache_write.input_tokens": "100000",
      }),
    ).toEqual([0.5 * 2 + 0.4 * 0.5 + 0.1 * 3 + 10, []]);
  });

  it("counts reasoning, which is among the output, by its own price", () => {
    expect(costOf({ "gen_ai.usage.reasoning.output_tokens": "250000" })).toEqual([2 + 7.5 + 5, []]);
  });

  it.each([
    ["batch", 6],
    ["Batch", 6],
    ["default", 12],
    ["auto", 12],
  ])("of the tier %s is %d", (tier, cost) => {
    expect(costOf({ "openai.response.service_tier": tier })).toEqual([cost, []]);
  });

  it("of a tier without a price is unknown and counted", () => {
    expect(costOf({ "openai.response.service_tier": "priority" })).toEqual([
      null,
      ["parrot-1 (priority)"],
    ]);
  });

  it("of a model without a price is unknown and counted, never 0", () => {
    expect(costOf({ "gen_ai.request.model": "crow" })).toEqual([null, ["crow"]]);
    expect(costOf({ "gen_ai.request.model": "owl", "gen_ai.system": "openai" })).toEqual([
      null,
      ["owl"],
    ]);
  });

  it("is what the source says where the list has no price", () => {
    expect(
      costOf({
        "gen_ai.request.model": "",
        "langfuse.observation.type": "generation",
        "langfuse.observation.model.name": "crow",
        "langfuse.observation.cost_details": '{"total": 0.25}',
      }),
    ).toEqual([0.25, []]);
  });
});
