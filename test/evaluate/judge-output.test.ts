import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Judgement } from "#processor/evaluate/evaluator.js";
import { answerSchema, readVerdicts } from "#processor/evaluate/judges/judge-output.js";
import type { NamedRubric } from "#processor/evaluate/judges/rubric.js";
import { loadRubrics } from "#processor/evaluate/judges/rubrics.js";
import { CalibrantError } from "#processor/kernel/errors.js";

const rubrics = loadRubrics([]);
const named = (name: string): NamedRubric => {
  const rubric = rubrics.get(name);
  if (rubric === undefined) throw new Error(`there is no rubric ${name}`);
  return { name, rubric };
};
const relevance = named("relevance");

function readVerdict(answer: string): Judgement {
  const [verdict] = readVerdicts(answer, [relevance], false);
  if (verdict === undefined || verdict instanceof CalibrantError) throw verdict;
  return verdict;
}

const good = '{"verdict": "relevant", "rationale": "It answers."}';

const outcomeOf = (answer: string): unknown => {
  try {
    return readVerdict(answer).label;
  } catch (error) {
    return error instanceof CalibrantError ? error.code : error;
  }
};

describe("readVerdicts of one rubric", () => {
  it.each([
    ["JSON alone", good],
    ["a code fence", `\`\`\`json\n${good}\n\`\`\``],
    ["prose around it", `Here is my verdict:\n${good}\nI hope this helps.`],
    ["a thinking block with a draft", `<think>{"verdict":"irrelevant"} no</think>${good}`],
    ["more fields", '{"verdict": "relevant", "rationale": "It answers.", "mood": 3}'],
    ["braces in the reason", '{"verdict": "relevant", "rationale": "It answers."} }'],
  ])("reads %s", (_what, answer) => {
    expect(readVerdict(answer)).toEqual({
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
    [
      "a name that is there twice",
      '{"verdict": "irrelevant", "verdict": "relevant"}',
      "is there twice",
    ],
    ["two verdicts", `${good} ${good}`, "there are 2 JSON objects"],
    ["a list", "[1, 2]", "there is no JSON object"],
    ["a label of the prototype", '{"verdict": "toString"}', "is not one of"],
  ])("takes %s for no verdict", (_what, answer, message) => {
    expect(() => readVerdict(answer)).toThrow(message);
    expect(() => readVerdict(answer)).toThrow(
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

describe("answerSchema", () => {
  it("asks for the verdict first and allows only the labels of the scale", () => {
    expect(answerSchema([relevance], false)).toEqual({
      type: "object",
      properties: {
        verdict: { type: "string", enum: ["relevant", "irrelevant"] },
        rationale: { type: "string" },
      },
      required: ["verdict", "rationale"],
      additionalProperties: false,
    });
  });

  it("has a member for each criterion of a joined answer", () => {
    expect(answerSchema([named("groundedness"), relevance], true)).toMatchObject({
      properties: {
        groundedness: { properties: { verdict: { enum: ["grounded", "ungrounded"] } } },
        relevance: { properties: { verdict: { enum: ["relevant", "irrelevant"] } } },
      },
      required: ["groundedness", "relevance"],
      additionalProperties: false,
    });
  });
});

describe("readVerdicts of several rubrics", () => {
  const asked = [named("groundedness"), relevance];
  const grounded = { verdict: "grounded", rationale: "" };
  const relevant = { verdict: "relevant", rationale: "" };
  const labels = (answer: string) =>
    readVerdicts(answer, asked, true).map((read) =>
      read instanceof CalibrantError ? read.message : read.label,
    );

  const partsOf = (answer: string): unknown => {
    try {
      return `${labels(answer).length} parts`;
    } catch (error) {
      return error instanceof CalibrantError ? error.code : error;
    }
  };

  it("reads each by its name, in any order, and nothing that was not asked for", () => {
    const answer = JSON.stringify({ safety: "x", relevance: relevant, groundedness: grounded });
    expect(labels(answer)).toEqual(["grounded", "relevant"]);
  });

  it.each([
    ["is missing", undefined, "the answer says nothing about groundedness"],
    ["is text", "grounded", 'the part groundedness is not an object: "grounded"'],
    ["is null", null, "the part groundedness is not an object: null"],
    ["is a list", [grounded], /^the part groundedness is not an object: \[/],
    [
      "has a label of another",
      relevant,
      'the verdict "relevant" is not one of grounded, ungrounded',
    ],
    ["has no verdict", {}, "the verdict undefined is not one of grounded, ungrounded"],
  ])("keeps the others when a part %s", (_what, part, message) => {
    const answer = JSON.stringify({ groundedness: part, relevance: relevant });
    expect(labels(answer)).toEqual([expect.stringMatching(message), "relevant"]);
  });

  it("takes an answer with two members of a name for none", () => {
    const answer = `{"relevance": ${good}, "groundedness": {}, "relevance": ${good}}`;
    expect(() => labels(answer)).toThrow('"relevance" is there twice');
  });

  it("throws nothing but JUDGE_INVALID_OUTPUT for any text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (answer) => {
        expect(["2 parts", "JUDGE_INVALID_OUTPUT"]).toContain(partsOf(answer));
      }),
    );
  });
});
