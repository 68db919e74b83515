import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDecoder } from "#processor/decode/decode.js";
import { decodeConfig } from "#processor/decode/decode-config.js";
import { systemClock } from "#processor/kernel/clock.js";
import { CalibrantError } from "#processor/kernel/errors.js";
import type { DecodedRequest, RequestEncoding } from "#processor/model/ports.js";
import { nativeRows } from "../support/native-block.js";
import { logsRequests, traceRequests } from "../support/otlp-arbitrary.js";
import { capturedRequests } from "../support/otlp-cases.js";
import { toOtlpJson } from "../support/otlp-json.js";
import { logsRequestType, traceRequestType } from "../support/otlp-messages.js";
import { jsonRequest, wireRequest } from "../support/otlp-samples.js";

/** One decoder for all, so that what one request leaves behind would show in the next. */
const decoder = createDecoder({ config: decodeConfig.parse({}), clock: systemClock });

type Outcome = "decoded" | "REQUEST_MALFORMED" | "REQUEST_TOO_LARGE";

/** Fails on any other error, and on blocks that cannot be read back or are counted wrongly. */
function outcomeOf(decode: () => DecodedRequest): Outcome {
  let decoded: DecodedRequest;
  try {
    decoded = decode();
  } catch (error) {
    const known =
      error instanceof CalibrantError &&
      (error.code === "REQUEST_MALFORMED" || error.code === "REQUEST_TOO_LARGE");
    if (!known) throw error;
    return error.code;
  }
  const rows = decoded.blocks.map((block) => {
    const read = nativeRows(block.bytes).length;
    if (read !== block.rows) throw new Error(`${read} rows in a block of ${block.rows}`);
    return read;
  });
  const total = rows.reduce((sum, count) => sum + count, 0);
  const reasons = [...decoded.reasons.values()].reduce((sum, count) => sum + count, 0);
  if (total !== decoded.accepted) throw new Error(`${total} rows, ${decoded.accepted} accepted`);
  if (reasons !== decoded.rejected) throw new Error("the reasons do not add up");
  return "decoded";
}

const bodies = {
  traces: traceRequests.map((request) =>
    traceRequestType.encode(traceRequestType.fromObject(request)).finish(),
  ),
  logs: logsRequests.map((request) =>
    logsRequestType.encode(logsRequestType.fromObject(request)).finish(),
  ),
  tracesJson: fc
    .tuple(traceRequests, fc.nat())
    .map(([request, variant]) => Buffer.from(toOtlpJson(request, variant))),
  logsJson: fc
    .tuple(logsRequests, fc.nat())
    .map(([request, variant]) => Buffer.from(toOtlpJson(request, variant))),
};

/** Cuts, flips, overwrites, inserts and repeats bytes of a body. */
function damaged(body: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Buffer> {
  const change = fc.record({
    kind: fc.constantFrom("cut", "flip", "set", "insert", "repeat"),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    byte: fc.nat(255),
  });
  return fc
    .tuple(body, fc.array(change, { minLength: 1, maxLength: 4 }))
    .map(([bytes, changes]) => {
      let result = Buffer.from(bytes);
      for (const { kind, at, byte } of changes) {
        const place = Math.floor(at * result.length);
        if (kind === "cut") result = result.subarray(0, place);
        else if (kind === "insert") {
          result = Buffer.concat([
            result.subarray(0, place),
            Buffer.of(byte),
            result.subarray(place),
          ]);
        } else if (kind === "repeat") {
          result = Buffer.concat([result.subarray(0, place), result.subarray(place >> 1)]);
        } else if (place < result.length) {
          result[place] = kind === "set" ? byte : (result[place] as number) ^ (1 << (byte & 7));
        }
      }
      return result;
    });
}

const targets: [string, fc.Arbitrary<Uint8Array>, (body: Uint8Array) => DecodedRequest][] = [
  ["traces in protobuf", bodies.traces, (body) => decoder.traces(body, "protobuf")],
  ["logs in protobuf", bodies.logs, (body) => decoder.logs(body, "protobuf")],
  ["traces in JSON", bodies.tracesJson, (body) => decoder.traces(body, "json")],
  ["logs in JSON", bodies.logsJson, (body) => decoder.logs(body, "json")],
];

describe("hostile bytes", () => {
  it.each(targets)("damaged %s give rows or a fault, nothing else", (_, body, decode) => {
    const seen = new Set<Outcome>();
    fc.assert(
      fc.property(damaged(body), (bytes) => {
        seen.add(outcomeOf(() => decode(bytes)));
      }),
      { numRuns: 2_000 },
    );
    expect(seen).toContain("decoded");
    expect(seen).toContain("REQUEST_MALFORMED");
  });

  it.each(targets)("random bytes as %s", (_name, _body, decode) => {
    const seen = new Set<Outcome>();
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
        seen.add(outcomeOf(() => decode(bytes)));
      }),
      { numRuns: 2_000 },
    );
    expect(seen).toContain("REQUEST_MALFORMED");
  });

  it("captured requests cut at every byte, and sent as the wrong signal or encoding", () => {
    const seen = new Map<Outcome, number>();
    const note = (outcome: Outcome): void => {
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    };
    for (const { plain, signal, contentType } of capturedRequests()) {
      const own: RequestEncoding = contentType.includes("json") ? "json" : "protobuf";
      const step = Math.max(1, Math.floor(plain.length / 300));
      for (let size = 0; size < plain.length; size += step) {
        const cut = plain.subarray(0, size);
        note(outcomeOf(() => decoder[signal === "logs" ? "logs" : "traces"](cut, own)));
      }
      for (const wrong of ["traces", "logs"] as const) {
        for (const encoding of ["protobuf", "json"] as const) {
          note(outcomeOf(() => decoder[wrong](plain, encoding)));
        }
      }
    }
    expect(seen.get("REQUEST_MALFORMED")).toBeGreaterThan(1_000);
  });

  it("leave the decoder as it was", () => {
    const sound = wireRequest({ attributes: [{ key: "a", value: { stringValue: "b" } }] });
    const before = decoder.traces(sound, "protobuf");
    const json = Buffer.from(JSON.stringify(jsonRequest({})));
    for (const bytes of [sound.subarray(0, -1), Buffer.alloc(50, 255), json.subarray(0, 40)]) {
      expect(() => decoder.traces(bytes, "protobuf")).toThrow(CalibrantError);
    }
    const after = decoder.traces(sound, "protobuf");
    expect(after.blocks).toEqual(before.blocks);
    expect(after.accepted).toBe(1);
  });
});
