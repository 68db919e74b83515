import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadRubrics } from "#processor/evaluate/judges/rubrics.js";

const valid = `name: tone
version: "1"
title: Is the tone friendly?
criterion: The answer is friendly.
required: [output_text]
scale:
  - { label: friendly, score: 1, meaning: Friendly. }
  - { label: rude, score: 0, meaning: Rude. }
instructions: Judge the tone only.
examples:
  - { output_text: "Hi!", verdict: friendly, rationale: A greeting. }
`;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "calibrant-rubrics-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function written(content: string, name = "tone.yaml"): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

describe("loadRubrics", () => {
  it("finds the standard rubrics: a scale from 1 to 0, and judged examples of both ends", () => {
    const rubrics = loadRubrics([]);
    expect([...rubrics].map(([name, { subject }]) => `${name} ${subject}`)).toEqual([
      "completeness interaction",
      "correctness interaction",
      "frustration conversation",
      "groundedness interaction",
      "helpfulness interaction",
      "instruction-following interaction",
      "knowledge-retention conversation",
      "over-refusal interaction",
      "relevance interaction",
      "resolution conversation",
      "safety interaction",
      "tool-call-correctness interaction",
    ]);
    for (const { scale, examples, required } of rubrics.values()) {
      const scores = scale.map(({ score }) => score);
      expect(scores).toEqual(scale.length === 2 ? [1, 0] : [1, 0.5, 0]);
      expect(examples.length).toBeGreaterThanOrEqual(3);
      const verdicts = new Set(examples.map(({ verdict }) => verdict));
      expect(scale.every(({ label }) => verdicts.has(label))).toBe(true);
      for (const example of examples) {
        expect(required.filter((field) => example[field] === undefined)).toEqual([]);
      }
    }
  });

  it("reads further files and folders", () => {
    expect(loadRubrics([written(valid)]).get("tone")?.title).toBe("Is the tone friendly?");
    expect(loadRubrics([folder]).has("tone")).toBe(true);
  });

  it.each([
    [
      "a word that is no field",
      valid.replace("[output_text]", "[outputs]"),
      /required\.0 \(line 5\)/,
    ],
    ["a score above 1", valid.replace("score: 1", "score: 5"), /scale\.0\.score \(line 7\)/],
    [
      "a label that is there twice",
      valid.replace("label: rude", "label: friendly"),
      /scale\.1\.label \(line 8\): "friendly" is on the scale twice/,
    ],
    [
      "an example off the scale",
      valid.replace("verdict: friendly", "verdict: nice"),
      /examples\.0\.verdict \(line 11\): "nice" is not on the scale/,
    ],
    [
      "a part of conversations for an interaction",
      valid.replace("[output_text]", "[conversation]"),
      /required\.0 \(line 5\): needs `subject: conversation`/,
    ],
    [
      "a part of interactions for a conversation",
      valid.replace("title:", "subject: conversation\ntitle:"),
      /required\.0 \(line 6\): a rubric of conversations can show system_text and conversation only/,
    ],
    [
      "a conversation that may be missing",
      valid.replace("title:", "subject: conversation\ntitle:"),
      /required \(line 6\): a rubric of conversations requires the part conversation/,
    ],
    [
      "turns of an interaction",
      valid.replace("title:", "least_turns: 2\ntitle:"),
      /least_turns \(line 3\): only a rubric of conversations has it/,
    ],
    [
      "an example with a part that is not shown",
      valid.replace("{ output_text", "{ reference: x, output_text"),
      /examples\.0\.reference \(line 11\): the rubric does not show the part reference/,
    ],
    [
      "a tool use without a name",
      valid
        .replace("[output_text]", "[output_text, tool_uses]")
        .replace("{ output_text", "{ tool_uses: [{}], output_text"),
      /examples\.0\.tool_uses\.0\.name \(line 11\)/,
    ],
    ["a missing criterion", valid.replace(/criterion:.*\n/, ""), /criterion/],
    ["an unknown setting", `${valid}temperature: 1\n`, /temperature/],
    ["broken YAML", valid.replace("scale:", "scale: ["), /tone\.yaml \(line \d+\)/],
    [
      "a name that is taken",
      valid.replace("name: tone", "name: relevance"),
      /another rubric "relevance"/,
    ],
  ])("refuses %s with its place", (_what, content, message) => {
    const file = written(content);
    expect(() => loadRubrics([file])).toThrow(message);
    expect(() => loadRubrics([file])).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  });

  it("reports the faults of all files at once", () => {
    const one = written(valid.replace("score: 1", "score: 5"), "one.yaml");
    const two = written("name: Two", "two.yaml");
    expect(() => loadRubrics([one, two, join(folder, "none.yaml")])).toThrow(
      /one\.yaml[\s\S]*two\.yaml: name[\s\S]*two\.yaml: criterion|none\.yaml[\s\S]*one\.yaml[\s\S]*two\.yaml: name/,
    );
  });
});
