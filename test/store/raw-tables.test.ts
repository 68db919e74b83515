import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Load } from "#processor/model/block.js";
import { storeTime } from "#processor/store/client.js";
import { createLoadSink } from "#processor/store/load-sink.js";
import { startTestStore, type TestStore } from "../support/store.js";
import { openTestHouse } from "../support/test-house.js";
import { until } from "../support/until.js";

let store: TestStore;
beforeEach(async () => {
  store = await startTestStore({ migrated: false });
  await store.client.command("CREATE DATABASE otel ENGINE = Atomic");
});
afterEach(() => store.stop());

const attributes = "Map(LowCardinality(String), String)";

const window = "non_replicated_deduplication_window = 1000";

/** The tables of Collectors from 2023, whose spans and logs have no scope. */
const older = [
  `CREATE TABLE otel.otel_traces (
     Timestamp DateTime64(9) CODEC(Delta, ZSTD(1)), TraceId String, SpanId String,
     ParentSpanId String, TraceState String, SpanName LowCardinality(String),
     SpanKind LowCardinality(String), ServiceName LowCardinality(String),
     ResourceAttributes ${attributes}, SpanAttributes ${attributes}, Duration Int64,
     StatusCode LowCardinality(String), StatusMessage String,
     Events Nested (Timestamp DateTime64(9), Name LowCardinality(String), Attributes ${attributes}),
     Links Nested (TraceId String, SpanId String, TraceState String, Attributes ${attributes})
   ) ENGINE = MergeTree PARTITION BY toDate(Timestamp)
   ORDER BY (ServiceName, SpanName, toUnixTimestamp(Timestamp), TraceId)`,
  `CREATE TABLE otel.otel_traces_trace_id_ts (
     TraceId String, Start DateTime64(9), End DateTime64(9)
   ) ENGINE = MergeTree ORDER BY (TraceId, toUnixTimestamp(Start))`,
  `CREATE MATERIALIZED VIEW otel.otel_traces_trace_id_ts_mv TO otel.otel_traces_trace_id_ts AS
   SELECT TraceId, min(Timestamp) AS Start, max(Timestamp) AS End FROM otel.otel_traces
   WHERE TraceId != '' GROUP BY TraceId`,
  `CREATE TABLE otel.otel_logs (
     Timestamp DateTime64(9), TraceId String, SpanId String, TraceFlags UInt32,
     SeverityText LowCardinality(String), SeverityNumber Int32,
     ServiceName LowCardinality(String), Body String, ResourceAttributes ${attributes},
     LogAttributes ${attributes}
   ) ENGINE = MergeTree PARTITION BY toDate(Timestamp)
   ORDER BY (ServiceName, SeverityText, toUnixTimestamp(Timestamp), TraceId)`,
];

/** What the newest Collectors create, with a column of somebody's own. */
const newer = [
  `CREATE TABLE otel.otel_traces (
     Timestamp DateTime64(9), TraceId String, SpanId String, ParentSpanId String,
     TraceState String, SpanName LowCardinality(String), SpanKind LowCardinality(String),
     ServiceName LowCardinality(String), ResourceAttributes ${attributes}, ScopeName String,
     ScopeVersion String, SpanAttributes ${attributes}, Duration UInt64,
     StatusCode LowCardinality(String), StatusMessage String,
     Events Nested (Timestamp DateTime64(9), Name LowCardinality(String), Attributes ${attributes}),
     Links Nested (TraceId String, SpanId String, TraceState String, Attributes ${attributes}),
     Region LowCardinality(String) DEFAULT 'eu', Seen DateTime DEFAULT now()
   ) ENGINE = MergeTree PARTITION BY toDate(Timestamp)
   ORDER BY (ServiceName, SpanName, toDateTime(Timestamp)) SETTINGS ${window}`,
  `CREATE TABLE otel.otel_logs (
     Timestamp DateTime64(9), TimestampTime DateTime DEFAULT toDateTime(Timestamp),
     TraceId String, SpanId String, TraceFlags UInt8, SeverityText LowCardinality(String),
     SeverityNumber UInt8, ServiceName String, Body String,
     ResourceSchemaUrl LowCardinality(String), ResourceAttributes ${attributes},
     ScopeSchemaUrl LowCardinality(String), ScopeName String,
     ScopeVersion LowCardinality(String), ScopeAttributes ${attributes},
     LogAttributes Map(String, String), EventName String
   ) ENGINE = MergeTree PARTITION BY toDate(TimestampTime)
   ORDER BY (ServiceName, TimestampTime, Timestamp) SETTINGS ${window}`,
];

function attribute(key: string, stringValue: string): object {
  return { key, value: { stringValue } };
}

/** A turn of a model with an event, and a log record of the same trace. */
async function send(otlp: string): Promise<void> {
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const now = String(BigInt(Date.now()) * 1_000_000n);
  const resource = { attributes: [{ key: "service.name", value: { stringValue: "shop" } }] };
  const scope = { name: "test-scope" };
  const span = {
    traceId,
    spanId: "b7ad6b7169203331",
    name: "chat test-model",
    kind: 3,
    startTimeUnixNano: now,
    endTimeUnixNano: now,
    attributes: [
      attribute("gen_ai.operation.name", "chat"),
      attribute("gen_ai.request.model", "test-model"),
    ],
    events: [{ name: "first", timeUnixNano: now }],
  };
  const record = { traceId, timeUnixNano: now, body: { stringValue: "hello" }, eventName: "said" };
  const bodies = {
    traces: { resourceSpans: [{ resource, scopeSpans: [{ scope, spans: [span] }] }] },
    logs: { resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords: [record] }] }] },
  };
  for (const [signal, body] of Object.entries(bodies)) {
    const answer = await fetch(`${otlp}/v1/${signal}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect([signal, answer.status]).toEqual([signal, 200]);
  }
}

async function count(table: string): Promise<number> {
  const [row] = await store.client.query<{ n: number }>(
    `SELECT toUInt32(count()) AS n FROM ${table}`,
  );
  return row?.n ?? 0;
}

async function stored(): Promise<void> {
  for (const table of [
    "otel.otel_traces",
    "otel.otel_logs",
    "otel.otel_traces_trace_id_ts",
    "calibrant.interactions",
  ]) {
    await until(`a row in ${table}`, async () => (await count(table)) === 1);
  }
}

describe("tables of a Collector", { timeout: 120_000 }, () => {
  it("of the newest form are filled as they are, with what their defaults say", async () => {
    for (const statement of newer) await store.client.command(statement);
    const { otlp } = await openTestHouse({ store });
    await send(otlp);
    await stored();
    expect(
      await store.client.query(
        "SELECT Region, ScopeName, Events.Name AS events FROM otel.otel_traces",
      ),
    ).toEqual([{ Region: "eu", ScopeName: "test-scope", events: ["first"] }]);
    expect(
      await store.client.query(
        "SELECT EventName, TimestampTime = toDateTime(Timestamp) AS same FROM otel.otel_logs",
      ),
    ).toEqual([{ EventName: "said", same: 1 }]);
  });

  it("of an older form are named with each missing column, and filled once the remedy was applied", async () => {
    for (const statement of older) await store.client.command(statement);
    const { otlp, problems } = await openTestHouse({ store });
    await send(otlp);
    const problem = await until("the problem", async () => {
      const { store: sentence } = await problems();
      return sentence?.includes("lacks") ? sentence : undefined;
    });
    const remedies = problem.match(/ALTER TABLE [^;]+/g) ?? [];
    expect(remedies).toEqual([
      "ALTER TABLE otel.otel_logs ADD COLUMN `ResourceSchemaUrl` String",
      "ALTER TABLE otel.otel_logs ADD COLUMN `ScopeSchemaUrl` String",
      "ALTER TABLE otel.otel_logs ADD COLUMN `ScopeName` String",
      "ALTER TABLE otel.otel_logs ADD COLUMN `ScopeVersion` String",
      "ALTER TABLE otel.otel_logs ADD COLUMN `ScopeAttributes` Map(LowCardinality(String), String)",
      "ALTER TABLE otel.otel_logs ADD COLUMN `EventName` String",
      "ALTER TABLE otel.otel_logs MODIFY SETTING non_replicated_deduplication_window = 10000",
      "ALTER TABLE otel.otel_traces ADD COLUMN `ScopeName` String",
      "ALTER TABLE otel.otel_traces ADD COLUMN `ScopeVersion` String",
      "ALTER TABLE otel.otel_traces MODIFY SETTING non_replicated_deduplication_window = 10000",
    ]);
    for (const remedy of remedies) await store.client.command(remedy);
    await stored();
    expect(await problems()).toEqual({});

    // The altered tables keep the promise: a load that is sent again is stored once.
    const sink = createLoadSink(store.client, "");
    const bytes = Buffer.from(`{"Timestamp":"${storeTime(Date.now())}","SpanName":"twice"}\n`);
    const load: Load = {
      table: "otel.otel_traces",
      format: "JSONEachRow",
      rows: 1,
      token: "t-1",
      pieces: [bytes],
    };
    await sink.load(load);
    await sink.load(load);
    expect(await count("otel.otel_traces")).toBe(2);
  });

  it("with attributes of type JSON, or that cannot be written, are named with the remedy", async () => {
    const [traces = "", logs = ""] = newer;
    await store.client.command(
      traces.replace(`SpanAttributes ${attributes}`, "SpanAttributes JSON"),
    );
    await store.client.command(
      logs.replace("EventName String", "EventName String MATERIALIZED LogAttributes['event.name']"),
    );
    const { otlp, problems } = await openTestHouse({ store });
    await send(otlp);
    const problem = await until("the problem", async () => {
      const { store: sentence } = await problems();
      return sentence?.includes("JSON") ? sentence : undefined;
    });
    expect(problem).toContain(
      "column SpanAttributes of table otel.otel_traces has the type JSON, expected Map(LowCardinality(String), String): Calibrant needs maps: RENAME TABLE otel.otel_traces TO otel.otel_traces_json",
    );
    expect(problem).toContain(
      "column EventName of table otel.otel_logs is MATERIALIZED and cannot be written",
    );
    await store.client.command("RENAME TABLE otel.otel_traces TO otel.otel_traces_json");
    await store.client.command(
      "ALTER TABLE otel.otel_logs MODIFY COLUMN `EventName` REMOVE MATERIALIZED",
    );
    await stored();
  });

  it("that lose a column while the service runs hold up loading and make no dead letters", async () => {
    for (const statement of newer) await store.client.command(statement);
    const { otlp, problems, metric } = await openTestHouse({ store });
    await until("the service to be ready", async () => Object.keys(await problems()).length === 0);
    await store.client.command("ALTER TABLE otel.otel_traces DROP COLUMN ScopeName");
    await send(otlp);
    const { loader } = await until("the problem", async () => {
      const found = await problems();
      return found["loader"] === undefined ? undefined : found;
    });
    expect(loader).toBe(
      "table otel.otel_traces lacks the column ScopeName: ALTER TABLE otel.otel_traces ADD COLUMN `ScopeName` String",
    );
    await store.client.command("ALTER TABLE otel.otel_traces ADD COLUMN `ScopeName` String");
    await stored();
    expect(await metric("calibrant_spool_dead_letters")).toBe(0);
  });
});
