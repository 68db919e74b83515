import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { parseConfig } from "#processor/config.js";
import { whenConfig } from "#processor/evaluate/rules/when-config.js";
import { filterFields, type FilterType } from "#processor/evaluate/rules/filter/filter-fields.js";
import { readFilter } from "#processor/evaluate/rules/filter/filter.js";
import { evaluationBench, filled, queued } from "../support/evaluation.js";
import { memoryLedger } from "../support/memory-ledger.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const page = readFileSync(new URL("../../docs/evaluators.md", import.meta.url), "utf8");
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, "g"))].map(
    ([, block]) => block ?? "",
  );

const bench = evaluationBench();
afterEach(() => bench.end());

describe("docs/evaluators.md", () => {
  it("shows conditions and a filter that can be read", () => {
    const [first = ""] = blocks("yaml");
    const { evaluators } = parseConfig(first, {}).processors.evaluate;
    expect(evaluators["groundedness"]?.when?.filter).toBe(
      "input_tokens > 2000 and not is_rephrase",
    );
    const [expression = ""] = blocks("filter");
    expect(readFilter(expression)).toHaveProperty("filter");
  });

  it("names every condition", () => {
    for (const name of Object.keys(whenConfig.shape)) expect(page).toContain(`\`${name}\``);
  });

  it("names every field with its type", () => {
    const names: Readonly<Record<Exclude<FilterType, "null">, string>> = {
      text: "text",
      number: "number",
      boolean: "true or false",
      texts: "list of texts",
      items: "list, for `length` only",
    };
    const [, section = ""] = /<!-- fields -->\n([^]*?)<!-- end -->/.exec(page) ?? [];
    for (const [type, title] of Object.entries(names)) {
      const fields = [...filterFields].filter(([, form]) => form.type === type);
      const listed = fields.map(([name, { nullable, values = [] }]) => {
        const notes = nullable ? " (or `null`)" : values.map((value) => `\`${value}\``).join(", ");
        return `\`${name}\`${values.length > 0 ? ` (${notes})` : notes}`;
      });
      const line = section.split("\n").find((candidate) => candidate.startsWith(`- ${title}: `));
      expect(
        line
          ?.slice(`- ${title}: `.length)
          .split(/, (?=`(?!error`\)))/)
          .toSorted(),
      ).toEqual(listed.toSorted());
    }
  });

  it("shows an evaluator of one's own that runs", async () => {
    const [module = ""] = blocks("js");
    const [, settings = ""] = blocks("yaml");
    const file = join(await temporaryFolder(), "polite.mjs");
    await writeFile(file, module);
    const config = parseConfig(settings.replace("./polite.mjs", file), {});
    const { evaluators } = config.processors.evaluate;
    const answers = ["Thank you, of course.", "No.", ""];
    const ledger = memoryLedger(
      queued(3, (index) => ({ output_text: answers[index] ?? "", service_name: "shop" })),
    );
    bench.start(ledger, { evaluators });
    await filled(ledger, 18);
    const lines = ledger.lines.filter(({ evaluator }) => evaluator === "polite");
    expect(
      lines.map(({ score, label, reason, explanation }) => [score, label, reason, explanation]),
    ).toEqual([
      [1, "polite", "", "Found: thank."],
      [0, "curt", "", "Found: none."],
      [null, "", "no output", ""],
    ]);
  });
});
