import { describe, expect, it } from "vitest";
import { checked, configuredCheck } from "../../support/checked.js";

const withoutWords = { input_text: "", output_text: "" };

describe("latency-ceiling", () => {
  it.each([
    [1_500, { score: 1, label: "within", explanation: "1500 ms, at most 1500 ms." }],
    [1_500.4, { score: 0, label: "too slow", explanation: "1500 ms, at most 1500 ms." }],
    [9_000, { score: 0, label: "too slow", explanation: "9000 ms, at most 1500 ms." }],
  ])("judges %d ms, without any words", async (duration_ms, verdict) => {
    const evaluator = await configuredCheck("latency-ceiling", { ms: 1_500 });
    expect(await checked(evaluator, { ...withoutWords, duration_ms })).toEqual(verdict);
  });
});

describe("cost-ceiling", () => {
  it.each([
    [0.01, { score: 1, label: "within", explanation: "$0.01, at most $0.01." }],
    [0.012_345_6, { score: 0, label: "too dear", explanation: "$0.01235, at most $0.01." }],
    [null, { skipped: "the cost is not known" }],
  ])("judges %d dollars, without any words", async (cost_usd, verdict) => {
    const evaluator = await configuredCheck("cost-ceiling", { usd: 0.01 });
    expect(await checked(evaluator, { ...withoutWords, cost_usd })).toEqual(verdict);
  });
});

it.each(["latency-ceiling", "cost-ceiling"])("%s needs its number", async (check) => {
  await expect(configuredCheck(check)).rejects.toThrow(/options\.(?:ms|usd): /);
});
