import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RawSpan } from "#processor/model/telemetry.js";
import { traceRows } from "#processor/serve/pages/trace-rows.js";
import { sampleInteractions } from "../support/sample-interactions.js";

const base = 1_700_000_000_000_000_000n;

function span(spanId: string, parentSpanId: string, start: number, duration = 1): RawSpan {
  return {
    traceId: "t",
    spanId,
    parentSpanId,
    name: spanId,
    kind: "Internal",
    serviceName: "s",
    scopeName: "",
    scopeVersion: "",
    resource: new Map(),
    attributes: new Map(),
    start: base + BigInt(Math.round(start * 1e6)),
    duration: BigInt(Math.round(duration * 1e6)),
    statusCode: "Unset",
    statusMessage: "",
    events: [],
  };
}

function shape(spans: readonly RawSpan[]): string[] {
  return traceRows(spans, []).map((row) => `${"  ".repeat(row.depth)}${row.name} ${row.start}`);
}

describe("traceRows", () => {
  it("puts parents before children and siblings by start, whatever the order of arrival", () => {
    const spans = [span("b", "a", 20), span("d", "b", 30), span("c", "a", 10), span("a", "", 5)];
    expect(shape(spans)).toEqual(["a 0", "  c 5", "  b 15", "    d 25"]);
  });

  it("puts a span without its parent at the top", () => {
    expect(shape([span("a", "", 0), span("b", "gone", 1), span("c", "b", 2)])).toEqual([
      "a 0",
      "b 1",
      "  c 2",
    ]);
  });

  it("shows every span once, even where parents form a ring or ids repeat", () => {
    const ids = fc.constantFrom("", "a", "b", "c", "d");
    const property = fc.property(
      fc.array(fc.tuple(ids, ids, fc.nat(50)), { maxLength: 12 }),
      (given) => {
        const spans = given.map(([id, parent, start]) => span(id, parent, start));
        const rows = traceRows(spans, []);
        expect(rows.map((row) => row.span)).toHaveLength(spans.length);
        expect(new Set(rows.map((row) => row.span))).toEqual(new Set(spans));
      },
    );
    fc.assert(property);
  });

  it("takes the calls where the spans are gone", () => {
    const { modelCalls } = sampleInteractions(0);
    const calls = modelCalls.slice(0, 4);
    const rows = traceRows([], calls);
    expect(rows.map((row) => row.kind)).toEqual(["retrieval", "generation", "tool", "generation"]);
    expect(rows[0]?.start).toBe(0);
  });

  it("is empty for nothing", () => {
    expect(traceRows([], [])).toEqual([]);
  });
});
