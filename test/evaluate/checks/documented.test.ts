import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { checks } from "#processor/evaluate/checks/checks.js";
import {
  costOptions,
  formatOptions,
  languageOptions,
  latencyOptions,
  personalDataOptions,
  profanityOptions,
} from "#processor/evaluate/checks/checks-config.js";

const page = readFileSync(
  fileURLToPath(new URL("../../../docs/checks.md", import.meta.url)),
  "utf8",
);

const options = Object.entries({
  "cost-ceiling": costOptions,
  format: formatOptions,
  "language-mismatch": languageOptions,
  "latency-ceiling": latencyOptions,
  "pii-leak": personalDataOptions,
  profanity: profanityOptions,
}).flatMap(([check, schema]) =>
  Object.entries(z.toJSONSchema(schema).properties ?? {}).map(([option, property]) => ({
    check,
    option,
    description: typeof property === "boolean" ? "" : property.description,
  })),
);

describe("docs/checks.md", () => {
  it("lists every check with its default and the names of its options", () => {
    const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (on|off) \| .* \| (.*) \|$/gm)].map(
      ([, name = "", standard, names = ""]) => ({
        name,
        standard: standard === "on",
        options: [...names.matchAll(/`(\w+)`/g)].map(([, option]) => option),
      }),
    );
    expect(rows).toEqual(
      checks.map(({ name, standard }) => ({
        name,
        standard,
        options: options.filter(({ check }) => check === name).map(({ option }) => option),
      })),
    );
  });

  it("says of every option what its schema says", () => {
    const rows = [...page.matchAll(/^\| `([a-z-]+)` \| `(\w+)` \| (.*) \|$/gm)].map(
      ([, check, option, description]) => ({ check, option, description: description?.trim() }),
    );
    expect(rows).toEqual(options);
  });

  it("names options that each check knows", () => {
    for (const kind of checks) {
      const unknown = kind.faults({ "no such option": 1 });
      expect(unknown.map(({ message }) => message).join()).toContain("no such option");
    }
  });

  it("has an example that is taken", async () => {
    const { parseConfig } = await import("#processor/config.js");
    const [example = ""] = /(?<=```yaml\n)[^]*?(?=```)/.exec(page) ?? [];
    const withoutFile = example.replace("./answer.schema.json", '{ type: "object" }');
    const { evaluators } = parseConfig(withoutFile, {}).processors.evaluate;
    expect(Object.keys(evaluators)).toHaveLength(6);
  });
});
