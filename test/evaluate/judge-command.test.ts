import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { TrialSummary } from "#processor/evaluate/evaluate.js";
import { runCommand } from "../support/run-command.js";
import { startScriptedModel, steps, type ScriptedModel } from "../support/scripted-model.js";
import { startTestStore, type TestStore } from "../support/store.js";
import { storedInteraction } from "../support/stored-interaction.js";

let folder: string;
let model: ScriptedModel;
let store: TestStore;
let config: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "calibrant-judge-"));
  model = await startScriptedModel(steps.verdict("relevant"));
  store = await startTestStore();
  config = write(
    "calibrant.yaml",
    `processors:
  evaluate:
    models:
      default: { base_url: "${model.url}", retries: 0, price: { input: 1, output: 10 } }
      dear: { base_url: "${model.url}", model: dear-model, price: { input: 100, output: 1000 } }
exporters:
  clickhouse: { url: "${store.url}", username: "${store.credentials.username}", password: "${store.credentials.password}" }
`,
  );
});
beforeEach(() => model.play(steps.verdict("relevant")));
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await model.close();
  await store.stop();
});

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const item = (more: object) =>
  JSON.stringify({ input_text: "Where is it?", output_text: "It is at home.", ...more });

const labelled = () =>
  write(
    "labelled.jsonl",
    [
      item({ id: "a", input_text: "Where is A?", label: "relevant" }),
      item({ id: "b", input_text: "Where is B?", label: "irrelevant" }),
      item({ id: "c", input_text: "Where is C?", label: "relevant" }),
      item({}),
      item({ output_text: "", label: "irrelevant" }),
    ].join("\n"),
  );

const attempt = (...words: string[]) => runCommand("judge", "try", ...words, "--config", config);

describe("calibrant judge try", () => {
  it("compares the verdicts with the labels, and says what it cost", async () => {
    const { code, output, notes } = await attempt("relevance", "--on", labelled(), "--json");
    expect(notes).toBe("");
    expect(code).toBe(0);
    expect(JSON.parse(output) as TrialSummary).toMatchObject({
      rubric: "relevance",
      items: 5,
      scored: 4,
      skipped: 1,
      failed: 0,
      reasons: [{ reason: "no output", count: 1 }],
      verdicts: [
        { label: "relevant", count: 4 },
        { label: "irrelevant", count: 0 },
      ],
      agreement: {
        labelled: 3,
        agreed: 2,
        low: expect.closeTo(0.2077, 4) as number,
        kappa: { kappa: 0 },
        confusion: [
          [2, 0],
          [1, 0],
        ],
      },
      cost_usd: expect.closeTo(4 * 0.002, 9) as number,
      input_tokens: 4_000,
    });
  });

  it("shows people a table, and writes each item to a file", async () => {
    const out = join(folder, "out.jsonl");
    const { code, output } = await attempt("relevance", "--on", labelled(), "--out", out);
    expect(code).toBe(0);
    expect(output).toContain("5 items: 4 scored, 1 skipped, 0 failed");
    expect(output).toContain(
      "agreement with 3 labels: 66.7% (2; 95% interval 20.8% to 93.9%), kappa 0.00",
    );
    expect(output).toContain("$0.0080 (0.0020 an item); 4000 input and 400 output tokens");
    const lines = readFileSync(out, "utf8").trim().split("\n");
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { id: "a", expected: "relevant", outcome: "scored", label: "relevant" },
      { id: "b", expected: "irrelevant" },
      { id: "c" },
      { id: "line 4", expected: null },
      { id: "line 5", outcome: "skipped", reason: "no output" },
    ]);
  });

  it("takes past interactions, and another model", async () => {
    const rows = Array.from({ length: 20 }, (_, index) =>
      storedInteraction(index, {
        service_name: index < 10 ? "shop" : "bakery",
        input_text: `Where is loaf ${index}?`,
      }),
    );
    await store.client.insert("calibrant.interactions", rows);
    const words = ["relevance", "--interactions", "7", "--service", "bakery", "--model", "dear"];
    const { code, output } = await attempt(...words, "--json");
    expect(code).toBe(0);
    expect(JSON.parse(output) as TrialSummary).toMatchObject({
      items: 7,
      scored: 7,
      agreement: null,
      cost_usd: expect.closeTo(7 * 0.2, 9) as number,
    });
    expect(model.requests.at(-1)?.body.model).toBe("dear-model");
  });

  it("tries a rubric file that is not in the configuration", async () => {
    const rubric = write(
      "tone.yaml",
      `name: tone\nversion: "1"\ntitle: Is it kind?\ncriterion: The answer is kind.\nrequired: [output_text]\nscale: [{label: kind, score: 1, meaning: m}, {label: rude, score: 0, meaning: m}]\ninstructions: i\n`,
    );
    model.play(steps.verdict("rude"));
    const { output } = await attempt(rubric, "--on", write("one.jsonl", item({})), "--json");
    expect(JSON.parse(output)).toMatchObject({ rubric: "tone", scored: 1, agreement: null });
  });

  it.each<[string, object, string, string]>([
    ["correctness", { reference: "At the station." }, "correct", "At the station."],
    [
      "tool-call-correctness",
      {
        tool_uses: [{ name: "find_cat", arguments: '{"name":"Mo"}', result: "at home" }],
        tool_definitions: '[{"name":"find_cat"}]',
      },
      "correct",
      "name: find_cat",
    ],
    [
      "resolution",
      { conversation: [{ user: "Where is Mo?", assistant: "On the roof." }] },
      "resolved",
      "On the roof.",
    ],
  ])("shows the judge of %s what a data set has for it", async (rubric, parts, label, shown) => {
    model.play(steps.verdict(label));
    const file = write("parts.jsonl", [item({ ...parts, label }), item({})].join("\n"));
    const { output } = await attempt(rubric, "--on", file, "--json");
    expect(JSON.parse(output)).toMatchObject({
      scored: 1,
      skipped: 1,
      agreement: { agreed: 1 },
    });
    expect(model.requests.at(-1)?.body.messages.at(-1)?.content).toContain(shown);
  });

  it("counts items that show the judge the same once, whatever else they hold", async () => {
    const copies = write(
      "copies.jsonl",
      [
        item({}),
        ...Array.from({ length: 5 }, () => item({ label: "relevant" })),
        item({ label: "relevant", reference: "what relevance does not look at" }),
        item({ input_text: "Where is the dog?", label: "relevant" }),
      ].join("\n"),
    );
    const { output } = await attempt("relevance", "--on", copies, "--json");
    expect(JSON.parse(output)).toMatchObject({
      items: 2,
      copies: 6,
      agreement: { labelled: 2, agreed: 2 },
    });
    const { output: text } = await attempt("relevance", "--on", copies);
    expect(text).toContain(
      "2 items: 2 scored, 0 skipped, 0 failed\nleft out 6 copies of other items",
    );
  });

  it("refuses copies whose labels differ, with their lines", async () => {
    const torn = [
      item({ label: "relevant" }),
      item({ input_text: "Where is the dog?", label: "relevant" }),
      item({ label: "irrelevant" }),
    ];
    const { code, notes } = await attempt("relevance", "--on", write("t.jsonl", torn.join("\n")));
    expect(code).toBe(3);
    expect(notes).toContain('label (line 3): "irrelevant" contradicts "relevant" of line 1');
  });

  it("asks several times where that is wanted", async () => {
    const before = model.requests.length;
    const words = ["--on", write("one.jsonl", item({})), "--samples", "5"];
    const { output } = await attempt("relevance", ...words, "--json");
    expect(JSON.parse(output)).toMatchObject({ scored: 1, input_tokens: 5_000 });
    expect(model.requests.length - before).toBe(5);
  });

  it("counts failures by their reason", async () => {
    model.play(steps.says("no JSON"));
    const { code, output } = await attempt("relevance", "--on", write("one.jsonl", item({})));
    expect(code).toBe(0);
    expect(output).toContain("1 items: 0 scored, 0 skipped, 1 failed");
    expect(output).toContain("1 x JUDGE_INVALID_OUTPUT: there is no JSON object");
  });

  it.each<[string, string[], RegExp]>([
    [
      "a rubric that is not there",
      ["tone", "--on", "x"],
      /no rubric "tone"; known are .*relevance/,
    ],
    ["a model that is not there", ["relevance", "--on", "x", "--model", "big"], /no model "big"/],
    ["neither file nor count", ["relevance"], /--on FILE or --interactions COUNT/],
    ["samples that are too many", ["relevance", "--on", "x", "--samples", "9"], /from 3 to 5/],
    ["a count that is none", ["relevance", "--interactions", "0"], /a number from 1/],
  ])("refuses %s", async (_what, words, message) => {
    const file = write("one.jsonl", item({}));
    const { code, notes } = await attempt(...words.map((word) => (word === "x" ? file : word)));
    expect(code).not.toBe(0);
    expect(notes).toMatch(message);
  });

  it("names the line and the field of a data set that has faults", async () => {
    const file = write(
      "faulty.jsonl",
      [item({ lable: "x" }), "{", item({ context: "text" })].join("\n"),
    );
    const { code, notes } = await attempt("relevance", "--on", file);
    expect(code).toBe(3);
    expect(notes).toMatch(/faulty\.jsonl \(line 1\): Unrecognized key: "lable"/);
    expect(notes).toMatch(/faulty\.jsonl \(line 2\)/);
    expect(notes).toMatch(/faulty\.jsonl: context \(line 3\)/);
    const wrong = await attempt("relevance", "--on", write("one.jsonl", item({ label: "good" })));
    expect(wrong.notes).toMatch(/"line 1" has the label "good", which is not on the scale/);
  });
});
