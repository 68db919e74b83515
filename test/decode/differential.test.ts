import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDecoder } from "#processor/decode/decode.js";
import { decodeConfig } from "#processor/decode/decode-config.js";
import type { DecodedRequest } from "#processor/model/ports.js";
import { nativeRows, type NativeRow } from "../support/native-block.js";
import { logsRequests, traceRequests } from "../support/otlp-arbitrary.js";
import { capturedRequests } from "../support/otlp-cases.js";
import { toOtlpJson } from "../support/otlp-json.js";
import { logsRequestType, traceRequestType } from "../support/otlp-messages.js";
import { unusualWire } from "../support/otlp-unusual.js";
import { expectedLogs, expectedTraces, type ExpectedRows } from "../support/otlp-oracle.js";

const now = 1_700_000_000_123;
const decoder = createDecoder({
  config: decodeConfig.parse({}),
  clock: { now: () => now, sleep: () => Promise.resolve() },
});

/** What a request came to, with its rows read back out of the blocks. */
function outcome(decoded: DecodedRequest): unknown {
  const days: ExpectedRows = new Map();
  for (const block of decoded.blocks) {
    const rows = nativeRows(block.bytes);
    expect(rows).toHaveLength(block.rows);
    days.set(block.day, [...(days.get(block.day) ?? []), ...rows]);
  }
  const { accepted, rejected, message } = decoded;
  return { accepted, rejected, message, days: sorted(days) };
}

function allAccepted(days: ExpectedRows): unknown {
  const accepted = [...days.values()].reduce((sum, rows) => sum + rows.length, 0);
  return { accepted, rejected: 0, message: "", days: sorted(days) };
}

function sorted(days: ExpectedRows): [string, NativeRow[]][] {
  return [...days].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

describe("the decoder against protobufjs", () => {
  it("agrees on generated traces, in protobuf and in JSON", () => {
    fc.assert(
      fc.property(traceRequests, fc.nat(), (request, variant) => {
        const body = traceRequestType.encode(traceRequestType.fromObject(request)).finish();
        const expected = allAccepted(expectedTraces(body));
        expect(outcome(decoder.traces(body, "protobuf"))).toEqual(expected);
        const json = Buffer.from(toOtlpJson(request, variant));
        expect(outcome(decoder.traces(json, "json"))).toEqual(expected);
      }),
      { numRuns: 3_000 },
    );
  });

  it("agrees on generated logs, in protobuf and in JSON", () => {
    fc.assert(
      fc.property(logsRequests, fc.nat(), (request, variant) => {
        const body = logsRequestType.encode(logsRequestType.fromObject(request)).finish();
        const expected = allAccepted(expectedLogs(body, now));
        expect(outcome(decoder.logs(body, "protobuf"))).toEqual(expected);
        const json = Buffer.from(toOtlpJson(request, variant));
        expect(outcome(decoder.logs(json, "json"))).toEqual(expected);
      }),
      { numRuns: 3_000 },
    );
  });

  it("agrees on fields of another wire type and on messages in two parts", () => {
    const types = [
      ["traces", traceRequestType, traceRequests, expectedTraces],
      ["logs", logsRequestType, logsRequests, (body: Uint8Array) => expectedLogs(body, now)],
    ] as const;
    for (const [signal, type, requests, expectedRows] of types) {
      fc.assert(
        fc.property(requests, fc.gen(), (request, draw) => {
          const body = type.encode(type.fromObject(request)).finish();
          const unusual = unusualWire(type, body, (below) => draw(fc.nat, below - 1));
          const expected = allAccepted(expectedRows(unusual));
          expect(expected).toEqual(allAccepted(expectedRows(body)));
          expect(outcome(decoder[signal](unusual, "protobuf"))).toEqual(expected);
        }),
        { numRuns: 300 },
      );
    }
  });

  const captured = capturedRequests().filter(({ signal }) => signal !== "metrics");
  it.each(captured)("agrees on the captured request $name", ({ signal, contentType, plain }) => {
    const traces = signal === "traces";
    const type = traces ? traceRequestType : logsRequestType;
    const json = contentType.startsWith("application/json");
    const wire = json
      ? type.encode(type.fromObject(withBinaryIdentifiers(JSON.parse(plain.toString())))).finish()
      : plain;
    const rows = traces ? expectedTraces(wire) : expectedLogs(wire, now);
    expect(rows.size).toBeGreaterThan(0);
    const expected = allAccepted(rows);
    expect(
      outcome(decoder[signal as "traces" | "logs"](plain, json ? "json" : "protobuf")),
    ).toEqual(expected);
  });
});

/** protobufjs reads bytes in JSON as base64; OTLP has identifiers in hexadecimal. */
function withBinaryIdentifiers(value: unknown): Record<string, unknown> {
  const text = JSON.stringify(value, (name, member: unknown) =>
    ["traceId", "spanId", "parentSpanId"].includes(name)
      ? Buffer.from(member as string, "hex").toString("base64")
      : member,
  );
  return JSON.parse(text) as Record<string, unknown>;
}
