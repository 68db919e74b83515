import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { evaluateConfig } from "#processor/evaluate/evaluate-config.js";
import type { Assignment } from "#processor/evaluate/evaluator.js";
import { createEvaluators } from "#processor/evaluate/evaluators.js";
import { unlimitedBudget } from "#processor/evaluate/sampling/budget.js";
import { systemClock } from "#processor/kernel/clock.js";
import { pendingInteraction } from "../support/pending-interaction.js";

function evaluatorsOf(config: unknown) {
  const parsed = evaluateConfig.parse(config);
  const budget = unlimitedBudget;
  return createEvaluators({ config: parsed, clock: systemClock, budget, onCall: () => undefined });
}

/** The probability with which an evaluator draws interactions. */
function shareOf({ sampler }: Assignment): number {
  return sampler.draw(pendingInteraction({})).probability;
}

function versionOf(name: string, config: unknown): string {
  const found = evaluatorsOf(config).find(({ evaluator }) => evaluator.name === name);
  return found?.evaluator.version ?? "none";
}

const withModel = { models: { default: { base_url: "http://127.0.0.1:9/v1" } } };

describe("the evaluators of a configuration", () => {
  it("are the four checks and the two judges by default, each for everything", () => {
    const found = evaluatorsOf({}).map((assignment) => [
      assignment.evaluator.name,
      assignment.evaluator.kind,
      shareOf(assignment),
    ]);
    expect(found).toEqual([
      ["empty-answer", "code", 1],
      ["refusal", "code", 1],
      ["repetition", "code", 1],
      ["tool-call-validity", "code", 1],
      ["relevance", "llm", 1],
      ["groundedness", "llm", 1],
    ]);
  });

  it("say that no model is configured before anything else", () => {
    const reasons = evaluatorsOf({})
      .filter(({ evaluator }) => evaluator.kind === "llm")
      .map(({ evaluator }) => evaluator.inapplicable(pendingInteraction({ status: "error" })));
    expect(reasons).toEqual(["no model configured", "no model configured"]);
  });

  it("can be switched off, sampled, and joined by others", () => {
    const found = evaluatorsOf({
      ...withModel,
      evaluators: {
        refusal: { enabled: false },
        relevance: { sample: 0.25 },
        "relevance-again": { rubric: "relevance", sample: 0.5 },
      },
    });
    expect(found.map((assignment) => [assignment.evaluator.name, shareOf(assignment)])).toEqual([
      ["empty-answer", 1],
      ["repetition", 1],
      ["tool-call-validity", 1],
      ["relevance", 0.25],
      ["groundedness", 1],
      ["relevance-again", 0.5],
    ]);
  });

  it("are refused with every fault and its path", () => {
    const evaluators = {
      relevence: { sample: 0.5 },
      refusal: { rubric: "relevance", budget: { daily_usd: 1 } },
      relevance: { model: "cheap" },
      other: { rubric: "tone" },
    };
    expect(() => evaluatorsOf({ evaluators })).toThrow(
      expect.objectContaining({
        code: "CONFIG_INVALID",
        message: [
          "evaluators have faults:",
          'processors.evaluate.evaluators.relevence: there is no rubric "relevence"; known are completeness, correctness, frustration, groundedness, helpfulness, instruction-following, knowledge-retention, over-refusal, relevance, resolution, safety, tool-call-correctness',
          "processors.evaluate.evaluators.refusal.rubric: a check has none; it belongs to a judge",
          "processors.evaluate.evaluators.refusal.budget: a check costs nothing",
          'processors.evaluate.evaluators.relevance.model: there is no model "cheap" under models',
          'processors.evaluate.evaluators.other.rubric: there is no rubric "tone"; known are completeness, correctness, frustration, groundedness, helpfulness, instruction-following, knowledge-retention, over-refusal, relevance, resolution, safety, tool-call-correctness',
        ].join("\n"),
      }),
    );
  });

  it("refuse a part of the composite quality that nobody scores, and parts without a weight", () => {
    expect(() => evaluatorsOf({ quality: { feedback: {}, relevnce: { weight: 2 } } })).toThrow(
      /processors\.evaluate\.quality\.relevnce: no evaluator "relevnce" is switched on: .*; known are .*relevance/,
    );
    expect(() => evaluatorsOf({ quality: { feedback: {}, safety: {} } })).toThrow(
      /no evaluator "safety" is switched on/,
    );
    const withSafety = { evaluators: { safety: {} }, quality: { feedback: {}, safety: {} } };
    expect(() => evaluatorsOf(withSafety)).not.toThrow();
    expect(() => evaluatorsOf({ evaluators: { relevance: { enabled: false } } })).not.toThrow();
    const onlyVetoes = { quality: { refusal: { weight: 0, veto_below: 0.5 } } };
    expect(evaluateConfig.safeParse(onlyVetoes).error?.issues).toMatchObject([
      { path: ["quality"], message: "at least one part needs a weight above 0" },
    ]);
  });

  it.each([{ sample: 0 }, { sample: 1.1 }, { sampel: 1 }])("refuse the setting %j", (setting) => {
    expect(evaluateConfig.safeParse({ evaluators: { relevance: setting } }).success).toBe(false);
  });
});

describe("the version of a judge", () => {
  const standard = versionOf("relevance", withModel);

  it("is the same for the same configuration", () => {
    expect(standard).toMatch(/^[0-9a-f]{16}$/);
    expect(versionOf("relevance", withModel)).toBe(standard);
  });

  it("does not change with what cannot change a verdict", () => {
    const evaluators = { relevance: { sample: 0.1 } };
    const models = { default: { ...withModel.models.default, timeout: 1, concurrency: 2 } };
    expect(versionOf("relevance", { models, evaluators })).toBe(standard);
  });

  it.each([
    ["the model", { models: { default: { model: "other" } } }],
    ["a parameter", { models: { default: { temperature: 0.5 } } }],
    ["what it is shown", { ...withModel, judged_characters: { output_text: 500 } }],
  ])("changes with %s", (_what, config) => {
    expect(versionOf("relevance", config)).not.toBe(standard);
  });

  it("changes with the words and the scale of its rubric", () => {
    const folder = mkdtempSync(join(tmpdir(), "calibrant-version-"));
    try {
      const file = join(folder, "tone.yaml");
      const versions = ["friendly", "kind"].flatMap((word) =>
        [0, 0.5].map((score) => {
          writeFileSync(
            file,
            `name: tone\nversion: "1"\ntitle: t\ncriterion: The answer is ${word}.\nrequired: [output_text]\nscale: [{label: a, score: 1, meaning: m}, {label: b, score: ${score}, meaning: m}]\ninstructions: i\n`,
          );
          return versionOf("tone", { ...withModel, rubrics: [file], evaluators: { tone: {} } });
        }),
      );
      expect(new Set(versions).size).toBe(4);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
