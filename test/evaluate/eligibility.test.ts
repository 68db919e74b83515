import * as fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { parseConfig } from "#processor/config.js";
import { wildcard } from "#processor/evaluate/rules/wildcard.js";
import type { PendingInteraction } from "#processor/model/ports.js";
import { assignmentOf } from "../support/assignments.js";
import { evaluationBench, filled, queued } from "../support/evaluation.js";
import { memoryLedger } from "../support/memory-ledger.js";
import { pendingInteraction } from "../support/pending-interaction.js";

const bench = evaluationBench();
afterEach(() => bench.end());

function ineligible(when: object, changes: Partial<PendingInteraction> = {}): string | undefined {
  const assignment = assignmentOf("refusal", { evaluators: { refusal: { when } } });
  return assignment.ineligible(pendingInteraction(changes));
}

function faultsOf(config: string): string {
  try {
    parseConfig(config, {});
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

const filterFaults = (filter: string): string =>
  faultsOf(
    JSON.stringify({ processors: { evaluate: { evaluators: { refusal: { when: { filter } } } } } }),
  )
    .split("\n")
    .slice(1)
    .map((line) =>
      line.replace(/^processors.evaluate.evaluators.refusal.when.filter \(line 1\): /, ""),
    )
    .join("\n");

describe("who is eligible", () => {
  it("is skipped with the condition that it does not meet", async () => {
    const ledger = memoryLedger(
      queued(4, (index) => ({
        environment: index === 0 ? "staging" : "production",
        feature: index === 1 ? "chat" : "returns",
        input_tokens: index === 2 ? 10 : 3_000,
      })),
    );
    const when = {
      environment: "prod*",
      feature: ["returns", "search"],
      filter: 'input_tokens > 2000 and service_name = "shop"',
    };
    bench.start(ledger, { evaluators: { refusal: { when } } });
    await filled(ledger, 20);
    const lines = ledger.lines.filter(({ evaluator }) => evaluator === "refusal");
    expect(lines.map(({ outcome, reason, probability }) => [outcome, reason, probability])).toEqual(
      [
        ["skipped", "not eligible: environment", 1],
        ["skipped", "not eligible: feature", 1],
        ["skipped", "not eligible: filter input_tokens > 2000", 1],
        ["scored", "", 1],
      ],
    );
  });

  it.each([
    [{ service: "shop" }, {}, true],
    [{ service: "Shop" }, {}, false],
    [{ service: "s*p" }, { service_name: "sp" }, true],
    [{ service: "sp*p" }, { service_name: "sp" }, false],
    [{ service: "*o*o*" }, { service_name: "foo" }, true],
    [{ service: "*o*o*o*" }, { service_name: "foo" }, false],
    [{ service: "a.c" }, { service_name: "abc" }, false],
    [{ service: "*" }, { service_name: "" }, true],
    [{ feature: "" }, { feature: "" }, true],
    [{ feature: "" }, {}, false],
    [{ agent: ["a*", "*t"] }, { agent_name: "assistant" }, true],
    [{ operation: "chat" }, { operation: "invoke_agent" }, false],
    [{ release: "1.*" }, { release: "2.1.0" }, false],
    [{ user_segment: ["paid"] }, { user_segment: "paid" }, true],
    [{ variant: "b" }, { variant: "a" }, false],
    [{ has_context: true }, {}, true],
    [{ has_context: false }, {}, false],
    [{ has_context: true }, { context: [] }, false],
    [{ has_tools: false }, {}, true],
    [{ has_tools: true }, { tool_calls: 1 }, true],
    [{ status: "error" }, {}, false],
    [{ status: "error" }, { status: "error" }, true],
    [{}, {}, true],
  ] as [object, Partial<PendingInteraction>, boolean][])(
    "%j for %j: %s",
    (when, changes, meant) => {
      const condition = Object.keys(when)[0] ?? "";
      expect(ineligible(when, changes)).toBe(meant ? undefined : `not eligible: ${condition}`);
    },
  );
});

describe("wildcards", () => {
  it("match what expressions of the same meaning match", () => {
    const texts = fc.string({ unit: fc.constantFrom("a", "b", "."), maxLength: 8 });
    const patterns = fc.string({ unit: fc.constantFrom("a", "b", ".", "*"), maxLength: 8 });
    fc.assert(
      fc.property(patterns, texts, (pattern, text) => {
        const same = new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll("*", ".*")}$`);
        expect(wildcard(pattern)(text)).toBe(same.test(text));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("a filter", () => {
  it.each([
    ["input_tokens > 39 and input_tokens <= 40", true],
    ["input_tokens >= 41 or output_tokens < 18", false],
    ["40 = input_tokens", true],
    ["input_tokens == 4e1 AND output_tokens != -1.5", true],
    ["feature in [\"returns\", 'search']", true],
    ['feature not in ["returns"]', false],
    ["not is_rephrase", true],
    ["is_rephrase", false],
    ["is_rephrase = false and complete", true],
    ["not (is_rephrase or complete)", false],
    ["complete or complete and is_rephrase", true],
    ["(complete or complete) and is_rephrase", false],
    ["not is_rephrase and is_rephrase", false],
    ['output_text contains "14 days"', true],
    ['output_text contains "WORN"', false],
    ['lower(output_text) contains "worn"', true],
    ['output_text starts with "Worn" and output_text ends with "marks."', true],
    ['context contains "unmarked"', true],
    ['context not contains "unmarked"', false],
    ["length(context) = 1 and length(tool_uses) = 0 and length(feature) = 7", true],
    ['length(lower(feature)) = 7 and lower(feature) = "returns"', true],
    ["cost_usd = null", false],
    ["complexity = null and complexity in [null, 1]", true],
    ["complexity > 0 or complexity <= 0", false],
    ["not (complexity > 0)", true],
    ["complexity != 0.5", true],
    ['user_segment = "" and status = "ok"', true],
    [String.raw`user_id != "a\"b\\\n" and user_id = 'u1'`, true],
  ])("%s: %s", (filter, meant) => {
    expect(filterFaults(filter)).toBe("");
    const reason = ineligible({ filter }) ?? "";
    expect(reason).toMatch(meant ? /^$/ : /^not eligible: filter ./);
  });

  it("is refused with the column, the fault and the remedy", () => {
    const deep = `${"(".repeat(40)}complete`;
    const examples: [string, string][] = [
      ['featur = "x"', 'column 1: there is no field "featur"; did you mean feature?'],
      [
        "tokens > 1",
        'column 1: there is no field "tokens"; did you mean input_tokens or output_tokens or cache_read_tokens?',
      ],
      ["size(context) > 1", 'column 1: there is no function "size"; known are length, lower'],
      ['complete and input_tokens > "5"', 'column 29: > compares numbers, and "5" is a text'],
      ["release > 5", "column 1: > compares numbers, and release is a text"],
      ['input_tokens = "5"', 'column 16: input_tokens is a number, and "5" is a text'],
      ["feature = complete", "column 11: feature is a text, and complete is true or false"],
      ['5 in ["5"]', 'column 7: 5 is a number, and "5" is a text'],
      [
        "feature = null",
        'column 11: feature is never null: what is missing is empty, feature = ""',
      ],
      ["input_tokens != null", "column 17: input_tokens is never null"],
      ['status = "failed"', 'column 10: status is never "failed"; known are ok, error'],
      ['context = "x"', "column 1: context is a list: ask for contains or length(context)"],
      [
        "input_tokens",
        "column 1: input_tokens is a number, no condition: compare it with something",
      ],
      ["context", "column 1: context is a list, no condition: ask for contains or length(...)"],
      ["true", "column 1: true is true or false, no condition: compare it with something"],
      ["length(complete) > 1", "column 8: length(...) takes no true or false"],
      ['input_tokens contains "1"', "column 1: input_tokens is a number, which contains no text"],
      ["output_text contains input_text", "column 22: expected a text in quotes behind contains"],
      ["", "column 1: expected a field or a value, not the end"],
      ["complete complete", 'column 10: expected and, or, or the end, not "complete"'],
      ["1 < input_tokens < 5", 'column 18: expected and, or, or the end, not "<"'],
      ["feature in []", 'column 13: expected a text, a number, true, false or null, not "]"'],
      ["feature not = 1", 'column 13: expected in, contains, starts with or ends with, not "="'],
      ['feature starts "x"', "column 16: expected with, not a text"],
      ['feature = "x', 'column 11: the text that begins here lacks its closing "'],
      [
        String.raw`feature = "\x"`,
        String.raw`column 12: known are \" \' \\ \n \r \t after a backslash`,
      ],
      ["feature ~ 1", 'column 9: "~" has no meaning here'],
      ["input_tokens > 1e999", "column 16: 1e999 is too large"],
      [deep, "column 33: more than 32 levels within each other"],
      ["x".repeat(2_001), "column 2001: the expression has 2001 characters, at most 2000 are read"],
    ];
    for (const [filter, fault] of examples) expect(filterFaults(filter)).toBe(fault);
  });

  it("has all of its faults reported at once, beside those of others", () => {
    const config = `
processors:
  evaluate:
    evaluators:
      refusal:
        when:
          filter: featur = "x" and input_tokens > "5"
      relevance:
        model: gone
        when:
          filter: (
`;
    expect(faultsOf(config).split("\n")).toEqual([
      "the configuration has 4 faults:",
      'processors.evaluate.evaluators.refusal.when.filter (line 7): column 1: there is no field "featur"; did you mean feature?',
      'processors.evaluate.evaluators.refusal.when.filter (line 7): column 33: > compares numbers, and "5" is a text',
      "processors.evaluate.evaluators.relevance.when.filter (line 11): column 2: expected a field or a value, not the end",
      'processors.evaluate.evaluators.relevance.model (line 9): there is no model "gone" under models',
    ]);
  });
});
