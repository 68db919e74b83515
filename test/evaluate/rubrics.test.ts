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
  it("finds the standard rubrics, each with a two-step scale from 0 to 1", () => {
    const rubrics = loadRubrics([]);
    expect([...rubrics.keys()]).toEqual(["groundedness", "relevance"]);
    for (const { scale } of rubrics.values()) {
      expect(scale.map(({ score }) => score)).toEqual([1, 0]);
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
