import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileCondition } from "#processor/evaluate/rules/filter/compile-filter.js";
import { filterFields } from "#processor/evaluate/rules/filter/filter-fields.js";
import { parseCondition } from "#processor/evaluate/rules/filter/filter-parser.js";
import type { Condition, Literal, Value } from "#processor/evaluate/rules/filter/filter-tree.js";
import { readFilter } from "#processor/evaluate/rules/filter/filter.js";
import { printCondition } from "#processor/evaluate/rules/filter/print-filter.js";
import type { PendingInteraction } from "#processor/model/ports.js";
import { pendingInteraction } from "../support/pending-interaction.js";

const column = 1;
const words = [
  "and or not in contains starts ends with ( ) [ ] , = < >= 5 -1.5e3 null true".split(" "),
  ['"x"', "length(", "lower(", "__proto__"],
  [...filterFields.keys()],
].flat();

const arbitraryText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.array(fc.constantFrom(...words), { maxLength: 30 }).map((parts) => parts.join(" ")),
);

const literal: fc.Arbitrary<Literal> = fc
  .oneof(
    fc.string({ unit: "binary" }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    fc.boolean(),
    fc.constant(null),
  )
  .map((value) => ({ kind: "literal", value, column }));

const field: fc.Arbitrary<Value> = fc
  .constantFrom("constructor", "toString", ...filterFields.keys())
  .map((name) => ({ kind: "field", name, column }));

const value: fc.Arbitrary<Value> = fc.oneof(
  literal,
  field,
  fc.record({
    kind: fc.constant("call" as const),
    name: fc.constantFrom("length", "lower", "other"),
    argument: fc.oneof(literal, field),
    column: fc.constant(column),
  }),
);

const test: fc.Arbitrary<Condition> = fc.oneof(
  value.map((held): Condition => ({ kind: "holds", value: held, column })),
  fc.record({
    kind: fc.constant("compare" as const),
    operator: fc.constantFrom("=", "!=", "<", "<=", ">", ">="),
    left: value,
    right: value,
    column: fc.constant(column),
  }),
  fc.record({
    kind: fc.constant("in" as const),
    value,
    list: fc.array(literal, { minLength: 1, maxLength: 5 }),
    column: fc.constant(column),
  }),
  fc.record({
    kind: fc.constant("text" as const),
    operator: fc.constantFrom("contains", "starts with", "ends with"),
    value,
    part: value,
    column: fc.constant(column),
  }),
);

const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4 },
    test,
    fc.record({
      kind: fc.constantFrom("and", "or"),
      parts: fc.array(tie("condition"), { minLength: 2, maxLength: 4 }),
      column: fc.constant(column),
    }),
    tie("condition").map((part): Condition => ({ kind: "not", part, column })),
  ),
}));

/** Interactions as no store gives them: anything in any field. */
const anyInteraction: fc.Arbitrary<PendingInteraction> = fc
  .record(Object.fromEntries([...filterFields.keys()].map((name) => [name, fc.anything()])), {
    requiredKeys: [],
  })
  .map((changes) => changes as unknown as PendingInteraction);

const withoutColumns = (tree: Condition): unknown =>
  JSON.parse(JSON.stringify(tree, (key, inner: unknown) => (key === "column" ? 0 : inner)));

describe("filters of any kind", () => {
  it("are read or answered with faults in the text, whatever the text", () => {
    let read = 0;
    fc.assert(
      fc.property(arbitraryText, (text) => {
        const result = readFilter(text);
        if ("filter" in result) return void read++;
        expect(result.faults.length).toBeGreaterThan(0);
        for (const { column: at, message } of result.faults) {
          expect(message).not.toBe("");
          expect(at).toBeGreaterThanOrEqual(1);
          expect(at).toBeLessThanOrEqual(text.length + 1);
        }
        return undefined;
      }),
      { numRuns: 2_000 },
    );
    expect(read).toBeGreaterThan(0);
  });

  it("read as the same tree when they are printed", () => {
    fc.assert(
      fc.property(condition, (tree) => {
        expect(withoutColumns(parseCondition(printCondition(tree)))).toEqual(withoutColumns(tree));
      }),
      { numRuns: 300 },
    );
  });

  it("answer for any interaction", () => {
    fc.assert(
      fc.property(condition, anyInteraction, (tree, interaction) => {
        const compiled = compileCondition(tree);
        expect(compiled(interaction)).toBeTypeOf("boolean");
        expect(compiled(pendingInteraction())).toBeTypeOf("boolean");
      }),
      { numRuns: 300 },
    );
  });

  it("know every field of an interaction", () => {
    expect([...filterFields.keys()].toSorted()).toEqual(
      Object.keys(pendingInteraction())
        .filter((name) => name !== "material")
        .toSorted(),
    );
  });
});
