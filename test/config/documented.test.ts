import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseConfig } from "#processor/config.js";
import { loadRubrics } from "#processor/evaluate/judges/rubrics.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const project = fileURLToPath(new URL("../../", import.meta.url));
const pages = [
  "README.md",
  ...readdirSync(join(project, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

const examples = pages.flatMap((page) =>
  [...readFileSync(join(project, page), "utf8").matchAll(/^```yaml\n(.*?)^```$/gms)].map(
    ([, text = ""], index) => ({ name: `${index + 1} of ${page}`, text }),
  ),
);
const sections = ["receivers", "processors", "exporters", "extensions", "service"];
const isConfiguration = ({ text }: { text: string }): boolean =>
  sections.some((section) => new RegExp(`^${section}:`, "m").test(text));
const configurations = examples.filter(isConfiguration);
const rubrics = examples.filter(({ text }) => /^name:/m.test(text) && /^scale:/m.test(text));

/** Files that the examples name. */
const files: Readonly<Record<string, string>> = {
  "relevance.certificate.json": JSON.stringify({
    evaluator: "relevance",
    alpha: 0.1,
    delta: 0.1,
    created_at: "2026-01-01T00:00:00.000Z",
    labels: 100,
    stages: ["cheap", "strong"].map((model) => ({
      model,
      version: "1",
      threshold: 0.9,
      reached: 100,
      stood: 90,
      wrong: 2,
      cost_usd: 0.001,
    })),
  }),
  "./answer.schema.json": '{ "type": "object" }',
  "./polite.mjs": "export default { version: '1', evaluate: () => ({ score: 1 }) };",
};

const environment = {
  OPENAI_API_KEY: "key",
  CALIBRANT_FEEDBACK_SECRET: "a secret of more than thirty-two characters",
  TRACING_KEY: "key",
  REPLICA: "calibrant-2",
};

describe("the examples of the documentation", () => {
  it("are configurations and rubrics", () => {
    expect(configurations.length).toBeGreaterThan(10);
    expect(rubrics.length).toBeGreaterThan(0);
  });

  it.each(configurations)("configure the service: $name", async ({ text }) => {
    const folder = await temporaryFolder();
    let filled = text.replaceAll("sha256:…", `sha256:${"a".repeat(64)}`);
    for (const [name, content] of Object.entries(files)) {
      const file = join(folder, name);
      writeFileSync(file, content);
      filled = filled.replaceAll(name, file);
    }
    expect(() => parseConfig(filled, environment)).not.toThrow();
  });

  it.each(rubrics)("are rubrics: $name", async ({ text }) => {
    const file = join(await temporaryFolder(), "rubric.yaml");
    writeFileSync(file, text);
    expect(loadRubrics([file]).size).toBe(loadRubrics([]).size + 1);
  });
});
