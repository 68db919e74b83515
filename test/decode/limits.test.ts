import { describe, expect, it } from "vitest";
import { createDecoder } from "#processor/decode/decode.js";
import { decodeConfig } from "#processor/decode/decode-config.js";
import { systemClock } from "#processor/kernel/clock.js";
import type { Decoder } from "#processor/model/ports.js";
import type { z } from "zod";
import { nativeRows, type NativeRow } from "../support/native-block.js";
import { traceRequestType } from "../support/otlp-messages.js";
import { sampleTime, wireRequest, type SampleSpan } from "../support/otlp-samples.js";

function decoderWith(limits: z.input<typeof decodeConfig> = {}): Decoder {
  return createDecoder({ config: decodeConfig.parse(limits), clock: systemClock });
}

function rowsOf(decoder: Decoder, body: Uint8Array): NativeRow[] {
  return decoder.traces(body, "protobuf").blocks.flatMap(({ bytes }) => nativeRows(bytes));
}

const text = (stringValue: string): object => ({ stringValue });
const attribute = (key: string, value: object = text("x")): object => ({ key, value });
const many = (count: number): object[] =>
  Array.from({ length: count }, (_, index) => attribute(`k${index}`));
const nested = (depth: number): object =>
  depth === 0 ? text("x") : { arrayValue: { values: [nested(depth - 1)] } };
const day = 86_400_000_000_000n;

const refused: [string, SampleSpan, string][] = [
  ["no trace id", { traceId: "" }, "trace_id_invalid"],
  ["a trace id of zeros", { traceId: "0".repeat(32) }, "trace_id_invalid"],
  ["a trace id of 15 bytes", { traceId: "ab".repeat(15) }, "trace_id_invalid"],
  ["a trace id of 17 bytes", { traceId: "ab".repeat(17) }, "trace_id_invalid"],
  ["no span id", { spanId: "" }, "span_id_invalid"],
  ["a span id of zeros", { spanId: "0".repeat(16) }, "span_id_invalid"],
  ["a span id of 16 bytes", { spanId: "ab".repeat(16) }, "span_id_invalid"],
  ["a parent of 5 bytes", { parentSpanId: Buffer.alloc(5, 1) }, "parent_span_id_invalid"],
  ["no start", { startTimeUnixNano: "0" }, "start_time_missing"],
  ["a start beyond 2^63", { startTimeUnixNano: String(2n ** 63n) }, "time_out_of_range"],
  ["a start of 2^64 - 1", { startTimeUnixNano: String(2n ** 64n - 1n) }, "time_out_of_range"],
  ["a start in 2106", { startTimeUnixNano: "4294967296000000000" }, "time_out_of_range"],
  ["an end beyond the range", { endTimeUnixNano: String(2n ** 63n) }, "time_out_of_range"],
  ["too many attributes", { attributes: many(11) }, "too_many_attributes"],
  ["too many events", { events: [{}, {}, {}] }, "too_many_events"],
  ["too many links", { links: [{}, {}, {}] }, "too_many_links"],
  [
    "an event with too many attributes",
    { events: [{ attributes: many(11) }] },
    "too_many_attributes",
  ],
  ["a link with too many attributes", { links: [{ attributes: many(11) }] }, "too_many_attributes"],
  ["a value nested too deeply", { attributes: [attribute("a", nested(4))] }, "nested_too_deeply"],
  [
    "a value with a map that is too large",
    { attributes: [attribute("a", { kvlistValue: { values: many(11) } })] },
    "too_many_attributes",
  ],
];

const accepted: [string, SampleSpan, Record<string, unknown>][] = [
  [
    "the last moment",
    { startTimeUnixNano: "4294967295999999999" },
    { Timestamp: 4294967295999999999n },
  ],
  ["as many attributes as allowed", { attributes: many(10) }, {}],
  ["as many events and links as allowed", { events: [{}, {}], links: [{}, {}] }, {}],
  [
    "a value nested as deeply as allowed",
    { attributes: [attribute("a", nested(3))] },
    { SpanAttributes: [["a", '[[["x"]]]']] },
  ],
  [
    "an end before the start, as a duration of 0",
    { endTimeUnixNano: String(BigInt(sampleTime) - 1n) },
    { Duration: 0n },
  ],
  ["no end, as a duration of 0", { endTimeUnixNano: "0" }, { Duration: 0n }],
  [
    "the longest duration",
    { startTimeUnixNano: "1", endTimeUnixNano: "4294967295999999999" },
    { Duration: 4294967295999999998n },
  ],
  ["a parent of zeros, as a root", { parentSpanId: Buffer.alloc(8) }, { ParentSpanId: "" }],
  [
    "a kind and a status that are not known",
    { kind: 17, status: { code: 9 } },
    {
      SpanKind: "Unspecified",
      StatusCode: "Unset",
    },
  ],
  [
    "the last of equal keys",
    { attributes: [attribute("a", text("1")), attribute("b"), attribute("a", text("2"))] },
    {
      SpanAttributes: [
        ["b", "x"],
        ["a", "2"],
      ],
    },
  ],
  [
    "an event whose time does not fit, at 0",
    { events: [{ timeUnixNano: String(2n ** 63n), name: "e" }] },
    { "Events.Timestamp": [0n], "Events.Name": ["e"] },
  ],
  [
    "a link whose identifiers are none, without them",
    { links: [{ traceId: Buffer.alloc(3, 1), spanId: Buffer.alloc(8) }] },
    { "Links.TraceId": [""], "Links.SpanId": [""] },
  ],
];

describe("what a span may be", () => {
  const limits = { attributes: 10, events: 2, links: 2, nesting: 3 };

  it.each(refused)("rejects only the span with %s", (_, span, reason) => {
    const decoder = decoderWith(limits);
    const decoded = decoder.traces(wireRequest({ name: "a" }, span, { name: "b" }), "protobuf");
    expect(decoded).toMatchObject({ accepted: 2, rejected: 1 });
    expect([...decoded.reasons]).toEqual([[reason, 1]]);
    expect(decoded.message).toBe(
      `1 of 3 spans rejected: 1 ${reason} (the first is resource_spans[0].scope_spans[0].spans[1])`,
    );
    const rows = decoded.blocks.flatMap(({ bytes }) => nativeRows(bytes));
    expect(rows.map(({ SpanName }) => SpanName)).toEqual(["a", "b"]);
  });

  it.each(accepted)("accepts %s", (_, span, row) => {
    const [first, ...others] = rowsOf(decoderWith(limits), wireRequest(span));
    expect(others).toEqual([]);
    expect(first).toMatchObject(row);
  });

  it("rejects all spans of a resource or scope with too many attributes, and no others", () => {
    const spans = wireSpans(2);
    const request = traceRequestType.fromObject({
      resourceSpans: [
        { resource: { attributes: many(11) }, scopeSpans: [{ spans }] },
        { scopeSpans: [{ scope: { attributes: many(11) }, spans }, { spans }] },
      ],
    });
    const body = traceRequestType.encode(request).finish();
    const decoded = decoderWith(limits).traces(body, "protobuf");
    expect(decoded).toMatchObject({ accepted: 2, rejected: 4 });
  });
});

describe("what a request may be", () => {
  it("has a largest number of spans", () => {
    const decoder = decoderWith({ items_per_request: 5 });
    const spans = Array.from({ length: 6 }, () => ({}));
    expect(decoder.traces(wireRequest(...spans.slice(1)), "protobuf").accepted).toBe(5);
    expect(() => decoder.traces(wireRequest(...spans), "protobuf")).toThrow(
      "the request has 6 spans; at most 5 are allowed (limits.items_per_request)",
    );
  });

  it("has a largest number of days; each day is a block of its own", () => {
    const decoder = decoderWith({ days_per_request: 3 });
    const spans = [4n, 0n, 1n, 0n, 2n, 3n].map((days) => ({
      startTimeUnixNano: String(BigInt(sampleTime) + days * day + day - 1n),
    }));
    const decoded = decoder.traces(wireRequest(...spans), "protobuf");
    expect(decoded.blocks.map(({ day: name, rows }) => [name, rows])).toEqual([
      ["2026-11-24", 2],
      ["2026-11-25", 1],
      ["2026-11-28", 1],
    ]);
    expect([...decoded.reasons]).toEqual([["too_many_days", 2]]);
  });

  it("cannot blow up: a large resource with many spans is refused, not built", () => {
    const value = "r".repeat(1_000_000);
    const request = traceRequestType.fromObject({
      resourceSpans: [
        {
          resource: { attributes: [attribute("a", text(value))] },
          scopeSpans: [{ spans: wireSpans(5_000) }],
        },
      ],
    });
    const body = traceRequestType.encode(request).finish();
    expect(body.length).toBeLessThan(2_000_000);
    const before = process.memoryUsage().arrayBuffers;
    expect(() => decoderWith().traces(body, "protobuf")).toThrow(/limits\.decoded_size/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200_000_000);
  });

  it("comes out in blocks that are small enough for an insert", () => {
    const spans = Array.from({ length: 40 }, () => ({
      attributes: [attribute("content", text("c".repeat(1_000_000)))],
    }));
    const decoded = decoderWith().traces(wireRequest(...spans), "protobuf");
    expect(decoded.accepted).toBe(40);
    expect(decoded.blocks.length).toBeGreaterThan(3);
    for (const { bytes } of decoded.blocks) expect(bytes.length).toBeLessThan(10_000_000);
    expect(decoded.blocks.flatMap(({ bytes }) => nativeRows(bytes))).toHaveLength(40);
  });

  it.each([
    ["an empty span for each two bytes", Buffer.from([0x12, 0x00])],
    ["an empty attribute for each two bytes", Buffer.from([0x4a, 0x00])],
  ])("of hostile shape is refused early: %s", (_, unit) => {
    const count = 2_000_000;
    const inner = Buffer.alloc(unit.length * count, unit);
    const spans = unit[0] === 0x12 ? inner : level(2, inner);
    const body = level(1, level(2, spans));
    const before = process.memoryUsage().arrayBuffers;
    const decoder = decoderWith();
    let told = "";
    try {
      told = decoder.traces(body, "protobuf").message;
    } catch (error) {
      told = String(error);
    }
    expect(told).toMatch(/at most 20000 are allowed|too_many_attributes|trace_id_invalid/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
  });
});

function wireSpans(count: number): object[] {
  return Array.from({ length: count }, () => ({
    traceId: Buffer.alloc(16, 1),
    spanId: Buffer.alloc(8, 1),
    startTimeUnixNano: sampleTime,
  }));
}

/** A field with a length around some content. */
function level(field: number, content: Buffer): Buffer {
  const size: number[] = [];
  let rest = content.length;
  for (; rest > 127; rest >>>= 7) size.push((rest & 127) | 128);
  return Buffer.concat([Buffer.from([(field << 3) | 2, ...size, rest]), content]);
}
