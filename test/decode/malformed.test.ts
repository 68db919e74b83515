import { describe, expect, it } from "vitest";
import { createDecoder } from "#processor/decode/decode.js";
import { decodeConfig } from "#processor/decode/decode-config.js";
import { systemClock } from "#processor/kernel/clock.js";
import { nativeRows } from "../support/native-block.js";
import { jsonRequest, sampleTime, wireRequest, type SampleSpan } from "../support/otlp-samples.js";

const decoder = createDecoder({ config: decodeConfig.parse({}), clock: systemClock });

/** Puts bytes in place of others; both have the same length, so all lengths around stay right. */
function replaced(body: Uint8Array, from: Buffer, to: Buffer): Buffer {
  const result = Buffer.from(body);
  const at = result.indexOf(from);
  if (at < 0 || from.length !== to.length) throw new Error("nothing to replace");
  to.copy(result, at);
  return result;
}

const two = wireRequest(
  { name: "first" },
  {
    name: "second",
    attributes: [
      { key: "plain", value: { stringValue: "value" } },
      { key: "marked", value: { stringValue: "MARK" } },
    ],
    events: [{ name: "event", attributes: [{ key: "in", value: { intValue: "300" } }] }],
  },
);
const mark = Buffer.from("\u0012\u0006\n\u0004MARK");
const marked = (to: string): Buffer => replaced(two, mark, Buffer.from(to, "latin1"));
const inSecond = "resource_spans[0].scope_spans[0].spans[1]";

describe("malformed protobuf names the field and the byte", () => {
  it.each([
    [
      "a length beyond its message",
      marked("\u0012\u0006\n\u0014MARK"),
      `${inSecond}.attributes[1].value.string_value (byte N): a length of 20 is beyond the end of the message`,
    ],
    [
      "a field with the number 0",
      marked("\u0012\u0006\u0000\u0004MARK"),
      `${inSecond}.attributes[1].value (byte N): a field has the number 0`,
    ],
    [
      "a wire type that does not exist",
      marked("\u0012\u0006\u00ff\u0001MARK"),
      `${inSecond}.attributes[1].value (byte N): wire type 7 does not exist here`,
    ],
    [
      "a number that does not end",
      marked("\u0012\u0006\u0018\u00ff\u00ff\u00ff\u00ff\u00ff"),
      `${inSecond}.attributes[1].value.int_value (byte N): ends within a number`,
    ],
    [
      "a fault in an event",
      replaced(two, Buffer.from([0x18, 0xac, 0x02]), Buffer.from([0x18, 0xac, 0x82])),
      `${inSecond}.events[0].attributes[0].value.int_value (byte N): ends within a number`,
    ],
    [
      "a group that is not closed",
      marked("\u0012\u0006\u00a3\u0001\n\u0002MA"),
      `${inSecond}.attributes[1].value (byte N): ends within a number`,
    ],
  ])("%s", (_, body, message) => {
    let told = "";
    try {
      decoder.traces(body, "protobuf");
    } catch (error) {
      told = (error as Error).message.replace(/byte \d+/, "byte N");
    }
    expect(told).toBe(`the protobuf body is malformed at ${message}`);
  });

  it("but rejects logs that were sent as traces one by one", () => {
    const logs = Buffer.from([0x0a, 0x0d, 0x12, 0x0b, 0x12, 0x09, 0x09, 1, 2, 3, 4, 5, 6, 7, 8]);
    const asTraces = decoder.traces(logs, "protobuf");
    expect([...asTraces.reasons]).toEqual([["trace_id_invalid", 1]]);
    expect(decoder.logs(logs, "protobuf").accepted).toBe(1);
  });

  it("but skips what it does not know, also groups", () => {
    const group = "\u0012\u0006\u00a3\u0001\u0008\u0001\u00a4\u0001";
    const rows = decoder
      .traces(marked(group), "protobuf")
      .blocks.map(({ bytes }) => nativeRows(bytes));
    expect(rows.flat()[1]?.["SpanAttributes"]).toEqual([
      ["plain", "value"],
      ["marked", ""],
    ]);
  });
});

const path = "$.resourceSpans[0].scopeSpans[0].spans[0]";
const request = (span: SampleSpan): string => JSON.stringify(jsonRequest(span));

describe("malformed JSON names the path and the byte", () => {
  it.each([
    ["no object", "[]", "$ (byte 0): expected an object"],
    ["nothing", "", "$ (byte 0): expected an object"],
    ["a list that is none", '{"resourceSpans":{}}', "$.resourceSpans (byte N): expected an array"],
    ["text that is a number", request({ name: 1 }), `${path}.name (byte N): expected a string`],
    [
      "an identifier that is a number",
      request({ traceId: "MARK" }).replace('"MARK"', "1"),
      `${path}.traceId (byte N): expected a string`,
    ],
    [
      "an enum by its name",
      request({ kind: "SPAN_KIND_CLIENT" }),
      `${path}.kind (byte N): expected a whole number`,
    ],
    [
      "a negative time",
      request({ startTimeUnixNano: "-1" }),
      `${path}.startTimeUnixNano (byte N): expected a number from 0 to 18446744073709551615`,
    ],
    [
      "a fraction of a nanosecond",
      request({ startTimeUnixNano: 1.5 }),
      `${path}.startTimeUnixNano (byte N): expected a whole number`,
    ],
    [
      "an integer that is too large",
      request({ attributes: [{ key: "a", value: { intValue: "9223372036854775808" } }] }),
      `${path}.attributes[0].value.intValue (byte N): expected a number from -9223372036854775808 to 9223372036854775807`,
    ],
    [
      "a flag that is none",
      request({ attributes: [{ value: { boolValue: "yes" } }] }),
      `${path}.attributes[0].value.boolValue (byte N): expected true or false`,
    ],
    [
      "bytes that are not base64",
      request({ attributes: [{ value: { bytesValue: "?" } }] }),
      `${path}.attributes[0].value.bytesValue (byte N): expected base64`,
    ],
    [
      "a wrong escape",
      request({ name: "A" }).replace('"A"', '"\\x"'),
      `${path}.name (byte N): a string has a wrong escape`,
    ],
    [
      "a control character",
      request({ name: "A" }).replace('"A"', '"\u0001"'),
      `${path}.name (byte N): a string has a control character`,
    ],
    ["text that does not end", '{"resourceSpans', "$ (byte N): a string does not end"],
    [
      "a number with a zero in front",
      request({ kind: 7 }).replace(":7", ":07"),
      `${path}.kind (byte N): expected a number`,
    ],
    ["something behind the end", `${request({})} x`, "$ (byte N): text after the end"],
    [
      "a comma too much",
      request({}).replace("}]}", "},]}"),
      "$.resourceSpans[0].scopeSpans[0].spans[1] (byte N): expected an object",
    ],
    [
      "too deep an unknown field",
      `{"a":${"[".repeat(400)}`,
      "$.a (byte N): values are nested too deeply",
    ],
  ])("%s", (_, body, message) => {
    let told = "";
    try {
      decoder.traces(Buffer.from(body), "json");
    } catch (error) {
      told = (error as Error).message.replace(/byte [1-9]\d*/, "byte N");
    }
    expect(told).toBe(`the JSON body is malformed at ${message}`);
  });

  it.each([
    ["a byte order mark", `\ufeff${request({})}`, {}],
    ["white space everywhere", JSON.stringify(jsonRequest({}), null, "\t"), {}],
    [
      "identifiers in upper case",
      request({ traceId: "AB".repeat(16) }),
      { TraceId: "ab".repeat(16) },
    ],
    [
      "bare nanoseconds",
      request({}).replace(`"${sampleTime}"`, "1795478400123456789"),
      { Timestamp: 1795478400123456789n },
    ],
    [
      "a time in exponents",
      request({}).replace(`"${sampleTime}"`, "1.5e18"),
      { Timestamp: 1500000000000000000n },
    ],
    ["null for a field", request({ name: null, attributes: null, status: null }), { SpanName: "" }],
    ["snake case, as an unknown field", request({ trace_state: "a=b" }), { TraceState: "" }],
    [
      "a lone surrogate",
      request({ name: "A" }).replace('"A"', '"a\\ud800b"'),
      { SpanName: "a\ufffdb" },
    ],
    [
      "an escaped name of a field",
      request({ name: "A" }).replace('"name"', '"n\\u0061me"'),
      { SpanName: "A" },
    ],
  ])("but takes %s", (_, body, row) => {
    const decoded = decoder.traces(Buffer.from(body), "json");
    expect(decoded.blocks.flatMap(({ bytes }) => nativeRows(bytes))[0]).toMatchObject(row);
    expect(decoded.accepted).toBe(1);
  });

  it.each([
    ["an odd number of digits", "a".repeat(31), "a".repeat(33)],
    ["something else than digits", `${"a".repeat(31)}g`, "d-b".repeat(12), "ä".repeat(16)],
  ])("rejects an identifier with %s and keeps the rest", (_, ...identifiers) => {
    const spans = [...identifiers, "a".repeat(32)].map((traceId) => ({ traceId }));
    const decoded = decoder.traces(Buffer.from(JSON.stringify(jsonRequest(...spans))), "json");
    expect([...decoded.reasons]).toEqual([["trace_id_invalid", identifiers.length]]);
    expect(decoded.message).toContain("resourceSpans[0].scopeSpans[0].spans[0]");
    expect(decoded.accepted).toBe(1);
  });
});

describe("text that is not UTF-8", () => {
  it.each([
    ["short", 1],
    ["long", 100],
  ])("is repaired with U+FFFD where it is wrong: %s", (_, length) => {
    const letters = "ä".repeat(length);
    const body = wireRequest({
      name: `MARK${letters}`,
      attributes: [
        { key: "k", value: { arrayValue: { values: [{ stringValue: `MARK${letters}` }] } } },
      ],
    });
    const bytes = Buffer.from(body);
    for (let at = bytes.indexOf("MARK"); at >= 0; at = bytes.indexOf("MARK")) bytes[at] = 0xff;
    const [row] = decoder
      .traces(bytes, "protobuf")
      .blocks.flatMap((block) => nativeRows(block.bytes));
    expect(row?.["SpanName"]).toBe(`\ufffdARK${letters}`);
    expect(row?.["SpanAttributes"]).toEqual([["k", `["\ufffdARK${letters}"]`]]);
  });
});
