import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { evaluateConfig } from "#processor/evaluate/evaluate-config.js";
import { modelConfig } from "#processor/evaluate/models/model-config.js";

const page = readFileSync(new URL("../../docs/judge-models.md", import.meta.url), "utf8");

describe("docs/judge-models.md", () => {
  it("has every setting of a model and of the cache, and its default", () => {
    const { circuit, batch, ...model } = modelConfig.parse({});
    const { cache } = evaluateConfig.parse({});
    const settings = [
      ...Object.keys(model),
      ...Object.keys(circuit).map((name) => `circuit.${name}`),
      ...Object.keys(batch),
      ...Object.keys(cache),
      "price",
      "samples",
    ];
    expect(settings.length).toBeGreaterThan(15);
    expect(settings.filter((name) => !page.includes(`\`${name}`))).toEqual([]);
    for (const value of [model.concurrency, model.retries, circuit.failures, cache.entries]) {
      expect(page).toContain(`| ${value.toLocaleString("en-US")} |`);
    }
  });
});
