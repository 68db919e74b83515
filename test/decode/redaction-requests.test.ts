import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DecodedRequest } from "#processor/model/ports.js";
import { nativeRows } from "../support/native-block.js";
import { logsRequests, traceRequests } from "../support/otlp-arbitrary.js";
import { capturedRequests } from "../support/otlp-cases.js";
import { toOtlpJson } from "../support/otlp-json.js";
import { logsRequestType, traceRequestType } from "../support/otlp-messages.js";
import { allPresets, decoderWith, redactor } from "../support/redaction.js";

const plain = decoderWith(undefined);
/** Has rules of each kind, none of which finds anything. */
const idle = decoderWith(
  redactor({
    attributes: { allow: ["*"], deny: ["never.there.*"] },
    patterns: [{ name: "never", pattern: "never-there-[0-9]{40}" }],
  }),
);
const busy = decoderWith(redactor());

interface Sent {
  readonly signal: "traces" | "logs";
  readonly body: Uint8Array;
  readonly encoding: "protobuf" | "json";
}

const sent: fc.Arbitrary<Sent> = fc
  .tuple(fc.boolean(), traceRequests, logsRequests, fc.option(fc.nat()))
  .map(([isTraces, traces, logs, variant]) => {
    const [request, type] = isTraces ? [traces, traceRequestType] : [logs, logsRequestType];
    const signal = isTraces ? "traces" : "logs";
    return variant === null
      ? { signal, encoding: "protobuf", body: type.encode(type.fromObject(request)).finish() }
      : { signal, encoding: "json", body: Buffer.from(toOtlpJson(request, variant)) };
  });

const captured = capturedRequests().flatMap(({ signal, contentType, plain: body }): Sent[] => {
  const encoding = contentType.startsWith("application/json") ? "json" : "protobuf";
  return signal === "metrics" ? [] : [{ signal, body, encoding }];
});

/** Everything that a decoder answers, the bytes of its blocks included. */
function outcome(decoded: DecodedRequest): unknown {
  const { blocks, accepted, rejected, reasons, message } = decoded;
  return {
    accepted,
    rejected,
    reasons,
    message,
    blocks: blocks.map((b) => ({ ...b, bytes: Buffer.from(b.bytes).toString("base64") })),
  };
}

function expectSame({ signal, body, encoding }: Sent): void {
  const expected = outcome(plain[signal](body, encoding));
  expect(outcome(idle[signal](body, encoding))).toEqual(expected);
}

function expectSound({ signal, body, encoding }: Sent): void {
  const { accepted, rejected, message } = plain[signal](body, encoding);
  const decoded = busy[signal](body, encoding);
  expect(decoded).toMatchObject({ accepted, rejected, message });
  const rows = decoded.blocks.flatMap(({ bytes }) => nativeRows(bytes));
  expect(rows).toHaveLength(accepted);
}

describe("a decoder whose rules find nothing", () => {
  it("stores the bytes that one without rules stores", () => {
    expect(captured.length).toBeGreaterThan(5);
    for (const request of captured) expectSame(request);
    fc.assert(fc.property(sent, expectSame), { numRuns: 300 });
  });
});

describe("a decoder with presets", () => {
  it("accepts what one without rules accepts, and writes sound rows", () => {
    for (const request of captured) expectSound(request);
    fc.assert(fc.property(sent, expectSound), { numRuns: 300 });
  });
});

describe("telemetry without secrets", () => {
  it("is stored as it was sent, with every preset that is no address", () => {
    const careful = decoderWith(
      redactor({ patterns: allPresets.filter((preset) => preset !== "ipv4") }),
    );
    for (const { signal, body, encoding } of captured) {
      expect(outcome(careful[signal](body, encoding))).toEqual(
        outcome(plain[signal](body, encoding)),
      );
    }
  });
});
