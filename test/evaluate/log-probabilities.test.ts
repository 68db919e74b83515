import * as fc from "fast-check";
import { setMaxListeners } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  labelProbabilities,
  valueOffset,
  weighed,
} from "#processor/evaluate/judges/log-probabilities.js";
import { answerTokens } from "#processor/evaluate/models/answer-tokens.js";
import { pendingInteraction } from "../support/pending-interaction.js";
import { relevanceJudge } from "../support/relevance-judge.js";
import { startScriptedModel, steps, type ScriptedModel } from "../support/scripted-model.js";

const labels = ["relevant", "irrelevant"];
const scale = [
  { label: "relevant", score: 1 },
  { label: "irrelevant", score: 0 },
];

/** A token with its probability and what else could have stood there. */
type Piece = readonly [
  text: string,
  probability: number,
  others?: Readonly<Record<string, number>>,
];

const entry = (token: string, probability: number) => ({ token, logprob: Math.log(probability) });

/** As a server reports them: the token that was taken stands among the alternatives, too. */
const logprobs = (...pieces: readonly Piece[]) => ({
  content: pieces.map(([token, probability, others = {}]) => ({
    ...entry(token, probability),
    bytes: [...Buffer.from(token)],
    top_logprobs: [[token, probability] as const, ...Object.entries(others)].map(([text, other]) =>
      entry(text, other),
    ),
  })),
});

const tokensOf = (...pieces: readonly Piece[]) => answerTokens(logprobs(...pieces));
const textOf = (pieces: readonly Piece[]) => pieces.map(([text]) => text).join("");

const usual: readonly Piece[] = [
  ['{"', 1],
  ["verdict", 1],
  ['":"', 0.9, { '": "': 0.1 }],
  ["rel", 0.6, { ir: 0.2, irre: 0.1, great: 0.1 }],
  ["evant", 1],
  ['","', 1],
  ["rationale", 1],
  ['":"because"}', 1],
];

const at = (pieces: readonly Piece[]) => valueOffset(textOf(pieces), ["verdict"]);

function probabilities(pieces: readonly Piece[], of: readonly string[] = labels) {
  const found = labelProbabilities(
    { text: textOf(pieces), tokens: tokensOf(...pieces) },
    of,
    at(pieces) ?? -1,
  );
  return found && Object.fromEntries(found);
}

describe("the probabilities of labels", () => {
  it("are those of the first token that tells them apart, together 1", () => {
    expect(probabilities(usual)).toEqual({
      relevant: expect.closeTo(0.6 / 0.9, 10),
      irrelevant: expect.closeTo(0.3 / 0.9, 10),
    });
  });

  it("follow labels that begin alike through several tokens", () => {
    const pieces: readonly Piece[] = [
      ['{"verdict": "', 1],
      ["partly", 0.8, { not: 0.2 }],
      [" ", 1],
      ["un", 0.25, { clear: 0.75 }],
      ['clear"}', 1],
    ];
    expect(probabilities(pieces, ["partly clear", "partly unclear", "not clear"])).toEqual({
      "partly clear": expect.closeTo(0.6, 10),
      "partly unclear": expect.closeTo(0.2, 10),
      "not clear": expect.closeTo(0.2, 10),
    });
  });

  it("tell a label from one that it is the beginning of", () => {
    const pieces: readonly Piece[] = [
      ['{"verdict":"', 1],
      ["good", 0.9, { bad: 0.1 }],
      ['"}', 0.5, { " enough": 0.5 }],
    ];
    expect(probabilities(pieces, ["good", "good enough", "bad"])).toEqual({
      good: expect.closeTo(0.45, 10),
      "good enough": expect.closeTo(0.45, 10),
      bad: expect.closeTo(0.1, 10),
    });
  });

  it("are found in tokens that begin before the label and end behind it", () => {
    const pieces: readonly Piece[] = [
      ['{"verdict"', 1],
      [': "relevant", "', 0.75, { ': "ir': 0.25, ':"rel': 0.5 }],
      ['rationale": ""}', 1],
    ];
    expect(probabilities(pieces)).toEqual({
      relevant: expect.closeTo(0.75, 10),
      irrelevant: expect.closeTo(0.25, 10),
    });
  });

  it("are not known when no alternative is", () => {
    expect(
      probabilities([
        ['{"verdict":"', 1],
        ["rel", 0.6],
        ['evant"}', 1],
      ]),
    ).toBeUndefined();
  });

  it("are not known when the tokens are not the text", () => {
    const answer = { text: textOf(usual), tokens: tokensOf(["{", 1], ["x", 1]) };
    expect(labelProbabilities(answer, labels, at(usual) ?? -1)).toBeUndefined();
    const short = { text: textOf(usual), tokens: tokensOf(...usual.slice(0, 3)) };
    expect(labelProbabilities(short, labels, at(usual) ?? -1)).toBeUndefined();
    const whole = { text: textOf(usual), tokens: tokensOf(...usual) };
    expect(labelProbabilities(whole, labels, 3)).toBeUndefined();
    expect(labelProbabilities(whole, ["fine", "bad"], at(usual) ?? -1)).toBeUndefined();
  });

  it("weigh the scores of the scale", () => {
    const answer = { text: textOf(usual), tokens: tokensOf(...usual) };
    expect(weighed(answer, ["verdict"], scale, "relevant")).toEqual({
      score: expect.closeTo(2 / 3, 10),
      confidence: expect.closeTo(2 / 3, 10),
    });
    expect(weighed({ ...answer, tokens: [] }, ["verdict"], scale, "relevant")).toBeUndefined();
    expect(weighed(answer, ["other"], scale, "relevant")).toBeUndefined();
  });

  it("are between 0 and 1 and together 1, or unknown, for any tokens", () => {
    const text = fc.constantFrom("rel", "evant", "ir", "relevant", '"', "", "}", "great", "r");
    const odd = fc.oneof(
      fc.double({ min: -10, max: 0.0005 }),
      fc.constantFrom(null, Number.NaN, 5),
    );
    const choice = fc.record({ token: text, logprob: odd });
    const token = fc.record({
      token: text,
      logprob: odd,
      top_logprobs: fc.option(fc.array(choice, { maxLength: 4 })),
    });
    fc.assert(
      fc.property(fc.array(token, { maxLength: 8 }), (content) => {
        const answer = '{"verdict":"irrelevant"}';
        const head = { ...entry('{"verdict":"', 1), top_logprobs: [] };
        const tokens = answerTokens({ content: [head, ...content] });
        const found = labelProbabilities({ text: answer, tokens }, labels, 12);
        if (found === undefined) return;
        const values = [...found.values()];
        expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
        expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 10);
      }),
    );
  });
});

describe("the place of a value", () => {
  it("is found behind prose, in nested objects, and not in other texts", () => {
    const nested = '{"a": {"verdict": "x", "rationale": "y"}, "b": {"verdict" :\n"z"}}';
    const offset = valueOffset(nested, ["b", "verdict"]) ?? 0;
    expect(nested.slice(offset, offset + 2)).toBe('z"');
    const thinking = '<think>{"verdict": "no"}</think>{"verdict":"yes"}';
    expect(thinking.slice(valueOffset(thinking, ["verdict"]))).toBe('yes"}');
    expect(valueOffset('{"verdict": 3}', ["verdict"])).toBeUndefined();
    expect(valueOffset('{"said": "\\"verdict\\": \\"x\\""}', ["verdict"])).toBeUndefined();
    expect(valueOffset('"verdict"', ["verdict"])).toBeUndefined();
  });
});

describe("a judge whose model tells log probabilities", () => {
  let server: ScriptedModel;
  const never = new AbortController().signal;
  setMaxListeners(0, never);
  beforeAll(async () => {
    server = await startScriptedModel(steps.verdict("relevant"));
  });
  afterAll(() => server.close());

  const says = (reported: unknown) =>
    steps.says(null, {
      choices: [
        {
          index: 0,
          finish_reason: "stop",
          message: { role: "assistant", content: textOf(usual) },
          logprobs: reported,
        },
      ],
    });
  const judge = (model = {}) => relevanceJudge({ url: server.url, model });
  const evaluate = (model = {}) => judge(model).evaluate(pendingInteraction(), never);
  const lastBody = () => server.requests.at(-1)?.body;

  it("weighs its score by them", async () => {
    server.play(says(logprobs(...usual)));
    expect(await evaluate()).toMatchObject({
      outcome: "scored",
      label: "relevant",
      score: expect.closeTo(2 / 3, 10),
      confidence: expect.closeTo(2 / 3, 10),
    });
    expect(lastBody()).toMatchObject({ logprobs: true, top_logprobs: 5 });
  });

  it.each([
    ["null", null],
    ["a text", "yes"],
    ["no content", { content: null }],
    ["empty content", { content: [] }],
    ["entries of another kind", { content: [null, 3, "x"] }],
    ["a token that is a number", { content: [{ token: 3, logprob: -1, top_logprobs: [] }] }],
    [
      "logarithms that are none",
      { content: usual.map(([token]) => ({ token, logprob: "NaN", top_logprobs: [] })) },
    ],
    [
      "probabilities above 1",
      { content: usual.map(([token]) => ({ token, logprob: 3, top_logprobs: null })) },
    ],
    ["tokens of another text", logprobs(["Sure", 1], ["!", 1])],
    ["tokens that end early", logprobs(...usual.slice(0, 3))],
    ["no alternatives", { content: usual.map(([token]) => ({ token, logprob: 0 })) }],
    [
      "alternatives of another kind",
      {
        content: usual.map(([token]) => ({
          token,
          logprob: 0,
          top_logprobs: [null, { token: "ir" }],
        })),
      },
    ],
  ])("keeps to the scale when they are %s", async (_what, reported) => {
    server.play(says(reported));
    expect(await evaluate()).toMatchObject({ outcome: "scored", score: 1, confidence: null });
  });

  it("does not ask for them when they are off", async () => {
    server.play(steps.verdict("relevant"));
    expect(await evaluate({ log_probabilities: "off" })).toMatchObject({ confidence: null });
    expect(lastBody()).not.toHaveProperty("logprobs");
  });

  it.each([
    ["a complaint about them", 400, "logprobs is not supported"],
    ["a complaint about something unnamed", 422, "Extra inputs are not permitted"],
    ["a model that may not tell", 403, "You are not allowed to request logprobs from this model"],
  ])("does without them after %s, and remembers it", async (_what, status, message) => {
    server.play((request, response) =>
      ("logprobs" in request.body ? steps.status(status, { message }) : steps.verdict("relevant"))(
        request,
        response,
      ),
    );
    const evaluator = judge();
    const before = server.requests.length;
    for (let call = 0; call < 2; call++) {
      expect(await evaluator.evaluate(pendingInteraction(), never)).toMatchObject({ score: 1 });
    }
    expect(server.requests.length - before).toBe(3);
    expect(lastBody()).toMatchObject({ response_format: { type: "json_schema" } });
  });
});
