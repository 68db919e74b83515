import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checked, configuredCheck } from "../../support/checked.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const schema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  properties: {
    intent: { enum: ["return", "order"] },
    amount: { type: "number", minimum: 0 },
    code: { type: "string", pattern: "^(a+)+$" },
  },
  required: ["intent"],
  additionalProperties: false,
};

describe("format: schema", () => {
  it.each([
    '{"intent":"return"}',
    ' {"intent":"order","amount":3.5} \n',
    '```json\n{"intent":"return"}\n```',
    '```\n{"intent":"return"}\n```\n',
  ])("takes %j", async (output_text) => {
    const evaluator = await configuredCheck("format", { schema });
    expect(await checked(evaluator, { output_text })).toEqual({
      score: 1,
      label: "valid",
      explanation: "",
    });
  });

  it.each([
    ["", "not JSON", /^The answer is not JSON/],
    ["The intent is return.", "not JSON", /^The answer is not JSON/],
    ['{"intent":"return",}', "not JSON", /position 19/],
    ['Here it is: {"intent":"return"}', "not JSON", /not JSON/],
    ['["return"]', "other schema", /^must be object$/],
    ["{}", "other schema", /required property 'intent'/],
    ['{"intent":"refund"}', "other schema", /^\/intent: must be equal to one of/],
    ['{"intent":"order","amount":-1}', "other schema", /^\/amount: must be >= 0$/],
    ['{"intent":"order","note":"x"}', "other schema", /additional properties \("note"\)/],
    [`{"intent":"order","code":"${"a".repeat(60)}!"}`, "other schema", /^\/code: must match/],
  ])("refuses %j as %s", async (output_text, label, explanation) => {
    const evaluator = await configuredCheck("format", { schema });
    const found = await checked(evaluator, { output_text, input_text: "Which intent?" });
    expect(found).toMatchObject({ score: 0, label });
    expect(found.explanation).toMatch(explanation);
  });

  it("reads the schema from a file, whose content is part of the version", async () => {
    const file = join(await temporaryFolder(), "answer.json");
    writeFileSync(file, JSON.stringify(schema));
    const before = await configuredCheck("format", { schema: file });
    expect(await checked(before, { output_text: "{}" })).toMatchObject({ label: "other schema" });
    writeFileSync(file, JSON.stringify({ type: "object" }));
    const after = await configuredCheck("format", { schema: file });
    expect(await checked(after, { output_text: "{}" })).toMatchObject({ label: "valid" });
    expect(after.version).not.toBe(before.version);
  });

  it("takes a schema that refers to itself, and says that an answer is nested too deeply", async () => {
    const nested = { type: "array", items: { $ref: "#" } };
    const evaluator = await configuredCheck("format", { schema: nested });
    expect(await checked(evaluator, { output_text: "[[],[[]]]" })).toMatchObject({ score: 1 });
    const depth = 24_000;
    const output_text = "[".repeat(depth) + "]".repeat(depth);
    expect(await checked(evaluator, { output_text })).toMatchObject({
      score: 0,
      explanation: "is nested too deeply",
    });
  });
});

describe("format: pattern and length", () => {
  it.each([
    [{ pattern: "^[A-Z]{2}-\\d{4}$" }, "AB-1234", "valid", ""],
    [
      { pattern: "^[A-Z]{2}-\\d{4}$" },
      "AB-12345",
      "no match",
      "The answer does not match ^[A-Z]{2}-\\d{4}$",
    ],
    [{ pattern: "(?i)kind regards" }, "Hello.\nKind regards", "valid", ""],
    [{ min_length: 5 }, "four", "too short", "4 characters, at least 5."],
    [{ max_length: 3 }, "four", "too long", "4 characters, at most 3."],
    [{ max_length: 2 }, "😀😀", "valid", ""],
    [{ min_length: 3 }, "😀😀", "too short", "2 characters, at least 3."],
  ])("%j of %j is %s", async (options, output_text, label, explanation) => {
    const evaluator = await configuredCheck("format", options);
    expect(await checked(evaluator, { output_text })).toEqual({
      score: label === "valid" ? 1 : 0,
      label,
      explanation,
    });
  });

  it("skips answers whose end is not known", async () => {
    const evaluator = await configuredCheck("format", { max_length: 10 });
    expect(await checked(evaluator, { output_text: `${"x".repeat(50_000)}…` })).toEqual({
      skipped: "the answer is not known to its end",
    });
  });
});

describe("format: options", () => {
  it.each([
    [{}, ".options: needs one of schema, pattern, min_length and max_length"],
    [{ pattren: "x" }, ".options: Unrecognized key"],
    [{ pattern: "(?=x)" }, ".options.pattern: is refused: "],
    [{ pattern: "(x" }, ".options.pattern: is refused: "],
    [{ min_length: 5, max_length: 4 }, ".options.max_length: is less than min_length (5)"],
    [{ min_length: -1 }, ".options.min_length: Too small"],
    [{ schema: { type: "objekt" } }, ".options.schema: is refused: "],
    [{ schema: { properties: { a: { pattern: "(?=x)" } } } }, ".options.schema: is refused: "],
    [{ schema: { $ref: "https://elsewhere.example/schema" } }, ".options.schema: is refused: "],
    [{ schema: "/nowhere/schema.json" }, ".options.schema: is refused: ENOENT"],
  ])("%j are refused", async (options, message) => {
    await expect(configuredCheck("format", options)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining(`processors.evaluate.evaluators.tested${message}`),
    });
  });
});
