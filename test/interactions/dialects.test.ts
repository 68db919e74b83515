import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assembleTrace } from "#processor/interactions/interactions.js";
import { loadPrices } from "#processor/interactions/prices/prices.js";
import { decodeRequests, tracesOf } from "../support/decoded-traces.js";
import { interactionCases } from "../support/interaction-cases.js";
import { rawSpan, traceOf } from "../support/raw-spans.js";

const options = { prices: loadPrices(), contentLimit: 1_000, arrivedAt: 0, cutShort: false };
const folder = fileURLToPath(
  new URL("../../processor/src/interactions/dialects/known", import.meta.url),
);

describe("every dialect", () => {
  it("has a captured case that is read with it", () => {
    const files = readdirSync(folder).map((file) => file.replace(/\.ts$/, ""));
    const read = new Set(
      interactionCases().flatMap(({ interactions }) =>
        interactions.flatMap(({ dialect = "" }) => dialect.split("+")),
      ),
    );
    expect(files.length).toBeGreaterThanOrEqual(14);
    expect(files.filter((name) => !read.has(name))).toEqual([]);
  });
});

/** Every attribute, event and span name that captured requests have. */
const spans = interactionCases().flatMap(({ requests }) =>
  tracesOf(decodeRequests(requests)).flatMap((trace) => trace.spans),
);
const attributeNames = [...new Set(spans.flatMap((span) => [...span.attributes.keys()]))];
const attributeValues = [...new Set(spans.flatMap((span) => [...span.attributes.values()]))];
const names = [...new Set(spans.map(({ name }) => name))];
const scopeNames = [...new Set(spans.map(({ scopeName }) => scopeName))];

const value = fc.oneof(
  fc.constantFrom(...attributeValues),
  fc
    .constantFrom(...attributeValues)
    .chain((text) => fc.nat(text.length).map((end) => text.slice(0, end))),
  fc.json(),
  fc.string({ unit: "binary" }),
  fc.integer().map(String),
  fc.constantFrom("__proto__", "constructor", "[[[[[[[[[[]]]]]]]]]]", "1e999", "-1", "NaN", "null"),
);
const attributes = fc.dictionary(fc.oneof(fc.constantFrom(...attributeNames), fc.string()), value, {
  maxKeys: 20,
});
const hostileSpan = fc.record({
  spanId: fc.constantFrom("a", "b", "c", "d", "e", ""),
  parentSpanId: fc.constantFrom("", "a", "b", "c", "x"),
  name: fc.constantFrom(...names),
  scopeName: fc.constantFrom(...scopeNames),
  kind: fc.constantFrom("Internal", "Server", "Client"),
  statusCode: fc.constantFrom("Unset" as const, "Ok" as const, "Error" as const),
  start: fc.nat(1_000),
  duration: fc.nat(1_000),
  attributes,
  events: fc.array(
    fc.record({
      name: fc.constantFrom("gen_ai.choice", "gen_ai.user.message", "exception", "db.query.result"),
      time: fc.constant(0n),
      attributes: attributes.map((record) => new Map(Object.entries(record))),
    }),
    { maxLength: 3 },
  ),
});

describe("a trace of anything", () => {
  it("gives rows that hold together, or none", () => {
    fc.assert(
      fc.property(fc.array(hostileSpan, { maxLength: 8 }), (parts) => {
        const { trace } = assembleTrace(traceOf(...parts.map(rawSpan)), options);
        const ids = trace.interactions.map((row) => row.interaction_id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(trace.modelCalls.every((row) => ids.includes(row.interaction_id))).toBe(true);
        for (const row of [...trace.interactions, ...trace.modelCalls]) {
          expect(row.input_tokens).toBeGreaterThanOrEqual(0);
          expect(row.output_tokens).toBeGreaterThanOrEqual(0);
          expect(row.duration_ms).toBeGreaterThanOrEqual(0);
          expect(row.input_text.length).toBeLessThanOrEqual(1_100);
          expect(row.input_text).toBe(row.input_text.replace(/\p{Surrogate}/gu, "\uFFFD"));
        }
      }),
      { numRuns: 500 },
    );
  });
});
