import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createDecoder } from "#processor/decode/decode.js";
import { decodeConfig } from "#processor/decode/decode-config.js";
import { systemClock } from "#processor/kernel/clock.js";
import { CalibrantError } from "#processor/kernel/errors.js";
import { createLogger } from "#processor/kernel/logger.js";
import type { LoadSink } from "#processor/model/ports.js";
import { startLoader } from "#processor/spool/loader.js";
import { spoolConfig } from "#processor/spool/spool-config.js";
import { createLoadSink } from "#processor/store/load-sink.js";
import type { NativeRow, NativeValue } from "../support/native-block.js";
import { testSink, testSpool } from "../support/open-spool.js";
import { logsRequests, traceRequests } from "../support/otlp-arbitrary.js";
import { logsRequestType, traceRequestType } from "../support/otlp-messages.js";
import { expectedLogs, expectedTraces, type ExpectedRows } from "../support/otlp-oracle.js";
import { recordMetrics } from "../support/recorded-metrics.js";
import { startTestStore, type TestStore } from "../support/store.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { until } from "../support/until.js";

const now = Date.now();
const clock = { ...systemClock, now: () => now };
const decoder = createDecoder({ config: decodeConfig.parse({}), clock });

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore();
  // The generated rows are of all years; the tables' lifetimes would remove most of them.
  for (const table of ["otel.otel_traces", "otel.otel_logs"]) {
    await store.client.command(`ALTER TABLE ${table} REMOVE TTL`);
  }
});
afterAll(() => store.stop());

/** Stores every load, and loses the reply of each first try. */
function forgetful(sink: LoadSink): LoadSink {
  const seen = new Set<string>();
  return {
    load: async (load) => {
      await sink.load(load);
      if (seen.has(load.token)) return;
      seen.add(load.token);
      throw new CalibrantError("STORE_UNAVAILABLE", "the reply was lost", { retryable: true });
    },
  };
}

/** Maps as sorted pairs and 64-bit numbers as text: what JSON from ClickHouse can be compared with. */
function comparable(row: NativeRow): Record<string, unknown> {
  const plain = (value: NativeValue): unknown =>
    typeof value === "bigint" ? String(value) : Array.isArray(value) ? value.map(plain) : value;
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)]));
}

/** Every column of a table as the rows that the decoder writes have them. */
async function storedRows(table: string, columns: readonly string[]): Promise<unknown[]> {
  const selected = columns.map((name) => {
    if (name === "Timestamp") return `toUnixTimestamp64Nano(Timestamp) AS "Timestamp"`;
    if (name.endsWith(".Timestamp")) {
      return `arrayMap(t -> toUnixTimestamp64Nano(t), "${name}") AS "${name}"`;
    }
    if (name.endsWith(".Attributes")) {
      return `arrayMap(m -> arrayZip(mapKeys(m), mapValues(m)), "${name}") AS "${name}"`;
    }
    if (name.endsWith("Attributes"))
      return `arrayZip(mapKeys(${name}), mapValues(${name})) AS "${name}"`;
    return /^(Duration|TraceFlags|SeverityNumber)$/.test(name)
      ? `toString(${name}) AS "${name}"`
      : `"${name}"`;
  });
  return store.client.query(
    `SELECT ${selected.join(", ")} FROM ${table}`,
    {},
    { output_format_json_named_tuples_as_objects: 0 },
  );
}

function sorted(rows: readonly unknown[]): unknown[] {
  return rows.map((row) => JSON.stringify(row)).toSorted();
}

function flat(days: ExpectedRows): NativeRow[] {
  return [...days.values()].flat();
}

describe("decode, spool and loader with the embedded store", () => {
  it("stores generated requests once and as protobufjs reads them, though every reply is lost once", async () => {
    const spool = await testSpool(await temporaryFolder(), { clock });
    const expected = { traces: [] as NativeRow[], logs: [] as NativeRow[] };
    for (const request of fc.sample(traceRequests, 40)) {
      const body = traceRequestType.encode(traceRequestType.fromObject(request)).finish();
      await spool.append(decoder.traces(body, "protobuf").blocks);
      expected.traces.push(...flat(expectedTraces(body)));
    }
    for (const request of fc.sample(logsRequests, 40)) {
      const body = logsRequestType.encode(logsRequestType.fromObject(request)).finish();
      await spool.append(decoder.logs(body, "protobuf").blocks);
      expected.logs.push(...flat(expectedLogs(body, now)));
    }
    await spool.seal();
    const loader = startLoader({
      spool,
      sinkName: testSink,
      sink: forgetful(createLoadSink(store.client, "")),
      clock: { ...systemClock, sleep: (_, signal) => systemClock.sleep(1, signal) },
      logger: createLogger("silent"),
      meter: recordMetrics().meter,
      config: spoolConfig.parse({}),
    });
    onTestFinished(() => loader.stop());
    await until("the spool to be empty", () => spool.state().segments === 0);

    expect(expected.traces.length).toBeGreaterThan(10);
    expect(expected.logs.length).toBeGreaterThan(10);
    for (const [table, rows] of [
      ["otel.otel_traces", expected.traces],
      ["otel.otel_logs", expected.logs],
    ] as const) {
      const stored = await storedRows(table, Object.keys(rows[0] as NativeRow));
      expect(sorted(stored)).toEqual(sorted(rows.map(comparable)));
    }
  }, 60_000);
});
