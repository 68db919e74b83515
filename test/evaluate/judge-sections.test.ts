import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluateConfig } from "#processor/evaluate/evaluate-config.js";
import { fitTogether } from "#processor/evaluate/judges/fit.js";
import { inapplicable } from "#processor/evaluate/judges/inapplicable.js";
import { sectionsOf } from "#processor/evaluate/judges/judge-sections.js";
import { loadRubrics } from "#processor/evaluate/judges/rubrics.js";
import type { ToolUse } from "#processor/model/ports.js";
import { pendingInteraction } from "../support/pending-interaction.js";

const limits = evaluateConfig.parse({}).judged_characters;
const use = (changes: Partial<ToolUse>): ToolUse => ({
  name: "find_order",
  arguments: '{"number": "5521"}',
  result: "shipped",
  status: "ok",
  error_type: "",
  ...changes,
});

const cutTo1000 = (changes: Partial<ToolUse>) =>
  sectionsOf({ tool_uses: [use(changes)] }, { ...limits, tool_uses: 1_000 });

describe("fitTogether", () => {
  it("changes nothing that has room", () => {
    expect(fitTogether(["one", "", "three"], 8)).toEqual({
      kept: ["one", "", "three"].map((text, index) => ({ index, text })),
      left: 0,
    });
  });

  it("takes from long texts what short ones leave over", () => {
    const { kept, left } = fitTogether(["x".repeat(5_000), "short", "y".repeat(900)], 2_000);
    expect(kept.map(({ text }) => text.length > 900)).toEqual([true, false, false]);
    expect(kept[0]?.text).toContain(`[${5_000 - 1_095} characters left out here]`);
    expect(left).toBe(5_000 - 1_095);
  });

  it("keeps to the limit but for its notes, keeps both ends, and counts what it leaves out", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 2_000 }), { minLength: 1, maxLength: 80 }),
        fc.integer({ min: 100, max: 5_000 }),
        (lengths, limit) => {
          const texts = lengths.map((length) => "x".repeat(length));
          const total = lengths.reduce((sum, length) => sum + length, 0);
          const { kept, left } = fitTogether(texts, limit);
          const shown = kept.reduce((sum, { text }) => sum + (text.match(/x/g)?.length ?? 0), 0);
          expect(shown).toBeLessThanOrEqual(limit);
          expect(shown + left).toBe(total);
          expect(kept[0]?.index).toBe(0);
          const last =
            limit >= 400 || total <= limit ? texts.length - 1 : (kept.at(-1)?.index ?? -1);
          expect(kept.at(-1)?.index).toBe(last);
        },
      ),
    );
  });
});

describe("the sections of the material", () => {
  it("show each use of a tool with its arguments, its result and how it ended", () => {
    const failed = use({ name: "refund", result: "", status: "error", error_type: "timeout" });
    const parts = { tool_uses: [use({}), failed], tool_definitions: "[]", reference: "It is." };
    expect(sectionsOf(parts, limits).sections).toEqual([
      { name: "tool_definitions", text: "[]" },
      { name: "tool_uses 1 call", text: 'name: find_order\narguments: {"number": "5521"}' },
      { name: "tool_uses 1 result (ok)", text: "shipped" },
      { name: "tool_uses 2 call", text: 'name: refund\narguments: {"number": "5521"}' },
      { name: "tool_uses 2 result (error)", text: "type of error: timeout\n" },
      { name: "reference", text: "It is." },
    ]);
  });

  it("cut a long result and keep the call, or the other way around", () => {
    const long = "x".repeat(5_000);
    const result = cutTo1000({ result: long });
    expect(result.sections[0]?.text).toBe('name: find_order\narguments: {"number": "5521"}');
    expect(result.sections[1]?.text).toMatch(
      /^x{300,}\n\[\d+ characters left out here\]\nx{300,}$/,
    );
    expect(result.notes).toEqual([expect.stringMatching(/^tool_uses by 4\d{3} characters$/)]);
    const call = cutTo1000({ arguments: long });
    expect(call.sections[0]?.text).toContain("characters left out here");
    expect(call.sections[1]?.text).toBe("shipped");
  });

  it("leave out uses of the middle where there are very many, and say so", () => {
    const tool_uses = Array.from({ length: 500 }, (_none, index) => use({ name: `tool${index}` }));
    const { sections, notes } = sectionsOf({ tool_uses }, { ...limits, tool_uses: 1_000 });
    const names = sections.flatMap(({ text }) => /^name: (\w+)/.exec(text)?.[1] ?? []);
    expect(names).toEqual(["tool0", "tool1", "tool2", "tool498", "tool499"]);
    expect(notes).toEqual([expect.stringMatching(/^tool_uses by \d{5} characters$/)]);
  });
});

describe("what a rubric cannot judge", () => {
  const rubrics = loadRubrics([]);
  const reasonOf = (name: string, changes = {}) => {
    const rubric = rubrics.get(name);
    return rubric && inapplicable(pendingInteraction(changes), rubric);
  };

  it.each([
    ["correctness", {}, "no reference"],
    ["correctness", { reference: "Within 14 days." }, undefined],
    ["tool-call-correctness", {}, "no tool uses"],
    ["tool-call-correctness", { tool_uses: [use({})] }, undefined],
    ["instruction-following", { system_text: "" }, "no system prompt"],
    ["groundedness", { context: [] }, "no retrieved context"],
    ["safety", { output_text: "" }, "no output"],
    ["helpfulness", { status: "error" }, "interaction failed"],
    ["over-refusal", { output_text: "..." }, "screened: empty answer"],
    ["resolution", {}, "no conversation"],
  ])("%s, given %j: %s", (name, changes, reason) => {
    expect(reasonOf(name, changes)).toBe(reason);
  });
});
