import { beforeAll, describe, expect, it } from "vitest";
import type { Evaluator } from "#processor/evaluate/evaluator.js";
import { checked, configuredCheck } from "../../support/checked.js";

let evaluator: Evaluator;
beforeAll(async () => {
  evaluator = await configuredCheck("citation");
});

const context = [
  "Shoes may be returned within 14 days (kb-17, https://www.shop.example/returns?lang=en).",
  "Sale items: see returns-policy.md.",
];

describe("citation", () => {
  it.each([
    ["Within 14 days [1], sale items too [2].", 1],
    ["Within 14 days[1, 2].", 1],
    ["Within 14 days [0][1].", 1],
    ["Within 14 days 【1†source】.", 1],
    ["Within 14 days (doc 2).", 1],
    ["See [kb-17] and [returns-policy.md].", 1],
    ["See [returns](https://shop.example/returns?lang=en).", 1],
    ["See https://shop.example/returns?lang=en.", 1],
    ["See `list[7]` and [2]:\n```\nlist[9]\n```", 1],
    ["Within 14 days [3].", 0],
    ["Within 14 days [1], sale items [1-4].", 0.6],
    ["Within 14 days 【5†source】.", 0],
    ["Within 14 days (Source: 7).", 0],
    ["Within 14 days [^1], [^9].", 0.5],
    ["See [kb-18].", 0],
    ["See [kb-17] and [faq.pdf].", 0.5],
    ["See https://shop.example/refunds.", 0],
  ])("scores %j with %d", async (output_text, score) => {
    expect(await checked(evaluator, { output_text, context })).toMatchObject({ score });
  });

  it("names what is missing", async () => {
    const output_text = "Within 14 days [1][7], see https://other.example/page and [kb-99].";
    expect(await checked(evaluator, { output_text, context })).toEqual({
      score: 0.25,
      label: "missing",
      explanation: "Not among the 2 documents: [7], [kb-99], https://other.example/page.",
    });
  });

  it("takes the numbers that the application gave to its documents", async () => {
    expect(
      await checked(evaluator, { output_text: "Yes [12].", context: ["[11] Shoes", "[12] Sale"] }),
    ).toMatchObject({ score: 1 });
    expect(
      await checked(evaluator, {
        output_text: "Yes [12].",
        context: ['[{"id": 12, "text": "Sale"}, {"id": 13, "text": "Shoes"}]'],
      }),
    ).toMatchObject({ score: 1 });
  });

  it.each([
    ["nothing is cited", "Yes [sic], [x], in [2024] and [your-name].", context],
    ["no documents", "Yes [1].", []],
    ["more documents than are known", "Yes [1].", Array.from({ length: 50 }, () => "text")],
    ["no output", "", context],
  ])("says %j", async (skipped, output_text, documents) => {
    expect(await checked(evaluator, { output_text, context: documents })).toEqual({ skipped });
  });
});
