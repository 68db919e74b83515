import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeConfig } from "#processor/decode/decode-config.js";
import { createDecoder } from "#processor/decode/decode.js";
import { letterRows } from "#processor/spool/letter-rows.js";
import { readNativeBlocks, sliceNativeBlock } from "#processor/spool/native-block.js";
import { heldClock } from "../support/held-clock.js";
import { nativeRows, type NativeRow, type NativeValue } from "../support/native-block.js";
import { logsRequests, traceRequests } from "../support/otlp-arbitrary.js";
import { logsRequestType, traceRequestType } from "../support/otlp-messages.js";
import { jsonRequest } from "../support/otlp-samples.js";

const decoder = createDecoder({ config: decodeConfig.parse({}), clock: heldClock() });

/** Blocks of generated requests, as they lie in the spool. */
const blocks = fc
  .oneof(
    traceRequests.map((request) =>
      decoder.traces(
        traceRequestType.encode(traceRequestType.fromObject(request)).finish(),
        "protobuf",
      ),
    ),
    logsRequests.map((request) =>
      decoder.logs(
        logsRequestType.encode(logsRequestType.fromObject(request)).finish(),
        "protobuf",
      ),
    ),
  )
  .map((decoded) => decoded.blocks);

/** As the rows of a letter are shown, but for times. */
function shown(row: NativeRow): Record<string, unknown> {
  const plain = (name: string, value: NativeValue): unknown => {
    if (typeof value === "bigint") {
      return name === "TraceFlags" || name === "SeverityNumber" ? Number(value) : String(value);
    }
    if (!Array.isArray(value)) return value;
    return name.endsWith("Attributes") && !name.includes(".")
      ? Object.fromEntries(value as [string, string][])
      : value.map((each) => {
          return name.endsWith(".Attributes")
            ? Object.fromEntries(each as [string, string][])
            : plain(name, each);
        });
  };
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(name, value)]));
}

function withoutTimes(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !name.endsWith("Timestamp")));
}

describe("Native blocks of the spool", () => {
  it("are cut between any two rows without a change", () => {
    let cuts = 0;
    fc.assert(
      fc.property(blocks, fc.double({ min: 0, max: 1, noNaN: true }), (written, where) => {
        for (const { bytes, rows } of written) {
          const [block] = readNativeBlocks(bytes);
          if (block === undefined) throw new Error("there is no block");
          const middle = Math.round(where * rows);
          const halves = [
            sliceNativeBlock(block, 0, middle),
            sliceNativeBlock(block, middle, rows),
          ];
          expect(halves.flatMap((half) => nativeRows(half))).toEqual(nativeRows(bytes));
          expect(sliceNativeBlock(block, 0, rows)).toEqual(Buffer.from(bytes));
          cuts++;
        }
      }),
      { numRuns: 200 },
    );
    expect(cuts).toBeGreaterThan(20);
  });

  it("are shown as rows with their values", () => {
    fc.assert(
      fc.property(blocks, (written) => {
        for (const { bytes } of written) {
          const rows = letterRows("native", Buffer.from(bytes)) as Record<string, unknown>[];
          expect(rows.map(withoutTimes)).toEqual(nativeRows(bytes).map(shown).map(withoutTimes));
        }
      }),
      { numRuns: 100 },
    );
  });

  it("show times to the nanosecond", () => {
    const body = Buffer.from(
      JSON.stringify(jsonRequest({ startTimeUnixNano: "1795478400000000001" })),
    );
    const [block] = decoder.traces(body, "json").blocks;
    expect(letterRows("native", Buffer.from(block?.bytes ?? []))).toMatchObject([
      { Timestamp: "2026-11-24T00:00:00.000000001Z", SpanName: "sample" },
    ]);
  });

  it("that are damaged are shown as bytes, and never read beyond their end", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const rows = letterRows("native", Buffer.from(bytes));
        expect(Array.isArray(rows)).toBe(true);
      }),
    );
    expect(letterRows("native", Buffer.from([1, 1, 3]))).toEqual([{ base64: "AQED" }]);
    // Four billion rows of no column.
    expect(letterRows("native", Buffer.from([0, 255, 255, 255, 255, 15]))).toHaveLength(1);
  });
});
