import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readVerdict, verdictSchema } from "#processor/evaluate/judges/judge-output.js";
import { loadRubrics } from "#processor/evaluate/judges/rubrics.js";
import { CalibrantError } from "#processor/kernel/errors.js";

const rubric = loadRubrics([]).get("relevance");
if (rubric === undefined) throw new Error("there is no rubric relevance");
const good = '{"verdict": "relevant", "rationale": "It answers."}';

const outcomeOf = (answer: string): unknown => {
  try {
    return readVerdict(answer, rubric).label;
  } catch (error) {
    return error instanceof CalibrantError ? error.code : error;
  }
};

describe("readVerdict", () => {
  it.each([
    ["JSON alone", good],
    ["a code fence", `\`\`\`json\n${good}\n\`\`\``],
    ["prose around it", `Here is my verdict:\n${good}\nI hope this helps.`],
    ["a thinking block with a draft", `<think>{"verdict":"irrelevant"} no</think>${good}`],
    ["more fields", '{"verdict": "relevant", "rationale": "It answers.", "mood": 3}'],
    ["braces in the reason", '{"verdict": "relevant", "rationale": "It answers."} }'],
  ])("reads %s", (_what, answer) => {
    expect(readVerdict(answer, rubric)).toEqual({
      score: 1,
      label: "relevant",
      explanation: "It answers.",
    });
  });

  it.each([
    ["nothing", "", "the answer is empty"],
    ["prose", "The answer is relevant.", "there is no JSON object"],
    ["partial JSON", '{"verdict": "rele', "there is no JSON object"],
    ["another label", '{"verdict": "Relevant"}', 'the verdict "Relevant" is not one of'],
    ["a label in another language", '{"verdict": "relevante"}', "is not one of"],
    ["a number", '{"verdict": 1}', "the verdict 1 is not one of"],
    ["no verdict", '{"rationale": "x"}', "the verdict undefined is not one of"],
    ["a rationale that is no text", '{"verdict": "relevant", "rationale": {}}', "is not text"],
    ["two verdicts", `${good} ${good}`, "there are 2 JSON objects"],
    ["a list", "[1, 2]", "there is no JSON object"],
    ["a label of the prototype", '{"verdict": "toString"}', "is not one of"],
  ])("takes %s for no verdict", (_what, answer, message) => {
    expect(() => readVerdict(answer, rubric)).toThrow(message);
    expect(() => readVerdict(answer, rubric)).toThrow(
      expect.objectContaining({ code: "JUDGE_INVALID_OUTPUT", retryable: false }),
    );
  });

  it("throws nothing else for any text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (answer) => {
        expect(["relevant", "irrelevant", "JUDGE_INVALID_OUTPUT"]).toContain(outcomeOf(answer));
      }),
    );
  });
});

describe("verdictSchema", () => {
  it("asks for the verdict first and allows only the labels of the scale", () => {
    expect(verdictSchema(rubric)).toEqual({
      type: "object",
      properties: {
        verdict: { type: "string", enum: ["relevant", "irrelevant"] },
        rationale: { type: "string" },
      },
      required: ["verdict", "rationale"],
      additionalProperties: false,
    });
  });
});
