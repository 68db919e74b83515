import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Evaluator } from "#processor/evaluate/evaluator.js";
import { checked, everyCheck } from "../../support/checked.js";

/** As much as a check is ever handed of one text. */
const longest = 50_000;

/** Pieces that make patterns try again and again when they are repeated. */
const pieces = [
  "a",
  " ",
  " \t",
  "\n",
  "\n>",
  "[",
  "[1",
  "[1,",
  "[1] ",
  "[a-",
  "(doc ",
  "【1†",
  "http://",
  "https://a.b/ ",
  '"',
  '"a',
  "„",
  "`",
  "`a",
  "```\n",
  "\n```",
  '{"a":',
  "<a",
  "a@",
  "a.",
  "+1",
  "1 ",
  "fu",
  "f*",
  "i'm sorry, ",
  "i can't ",
  "无法",
  "😀",
  "\ud800",
  "é̂",
  "\n[... 1",
  "__proto__ ",
];

const repeated = (piece: string): string =>
  piece.repeat(Math.ceil(longest / piece.length)).slice(0, longest);

describe("every check on hostile text", () => {
  let evaluators: readonly Evaluator[];
  beforeAll(async () => {
    evaluators = await everyCheck();
  });

  /** The verdicts that are none. */
  const judge = async (text: string, other: string): Promise<string[]> => {
    const wrong: string[] = [];
    const use = {
      name: other,
      arguments: text,
      result: text,
      status: "ok",
      error_type: "",
      duration_ms: 0,
    } as const;
    for (const evaluator of evaluators) {
      for (const words of [
        { output_text: text },
        { output_text: text, input_text: other, previous_output: text, context: [other, text] },
        { output_text: other, tool_uses: [use], tool_definitions: `[{"name":"a"},${text}]` },
      ]) {
        const { skipped, score } = await checked(evaluator, words);
        const isScore = score !== undefined && score >= 0 && score <= 1;
        if (!isScore && (skipped ?? "") === "") wrong.push(evaluator.name);
      }
    }
    return wrong;
  };

  // A pattern that backtracks takes hours on these; nobody has to measure it.
  it.each(pieces.map((piece) => [piece]))("answers for 50,000 characters of %j", async (piece) => {
    const question = "Where is my order? I have been waiting for it.";
    expect(await judge(repeated(piece), question)).toEqual([]);
  });

  it("answers for any mixture", async () => {
    const mixture = fc
      .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: "binary" })), {
        maxLength: 200,
      })
      .map((parts) => parts.join(""));
    await fc.assert(
      fc.asyncProperty(mixture, mixture, async (text, other) => {
        expect(await judge(text, other)).toEqual([]);
      }),
    );
  });
});
