import { createClient } from "@clickhouse/client";
import { describe, expect, it } from "vitest";
import { parseConfig } from "#processor/config.js";
import { createEarlierSpans } from "#processor/store/earlier-spans.js";
import { chatSpan } from "../support/chat-spans.js";
import { withStore, type TestStore } from "../support/store.js";
import { openTestHouse } from "../support/test-house.js";
import { until } from "../support/until.js";

const hour = 3_600_000;

/** Tables as the exporter of a Collector creates them, which remember no inserts. */
function tables(text: string, attributes: string, extra: string): string[] {
  return [
    "CREATE DATABASE otel ENGINE = Atomic",
    `CREATE TABLE otel.otel_traces (
       Timestamp DateTime64(9) CODEC(Delta, ZSTD(1)), TraceId String, SpanId String,
       ParentSpanId String, TraceState String, SpanName ${text}, SpanKind ${text},
       ServiceName ${text}, ResourceAttributes ${attributes}, ${extra}
       SpanAttributes ${attributes}, Duration Int64, StatusCode ${text}, StatusMessage String,
       Events Nested (Timestamp DateTime64(9), Name ${text}, Attributes ${attributes}),
       Links Nested (TraceId String, SpanId String, TraceState String, Attributes ${attributes})
     ) ENGINE = MergeTree PARTITION BY toDate(Timestamp)
     ORDER BY (ServiceName, SpanName, toUnixTimestamp(Timestamp), TraceId)`,
    `CREATE TABLE otel.otel_traces_trace_id_ts (
       TraceId String, Start DateTime64(9), End DateTime64(9)
     ) ENGINE = MergeTree ORDER BY (TraceId, toUnixTimestamp(Start))`,
    `CREATE MATERIALIZED VIEW otel.otel_traces_trace_id_ts_mv TO otel.otel_traces_trace_id_ts AS
     SELECT TraceId, min(Timestamp) AS Start, max(Timestamp) AS End FROM otel.otel_traces
     WHERE TraceId != '' GROUP BY TraceId`,
  ];
}

/** A client that knows nothing of Calibrant, as the exporter is one. */
async function exporter(
  store: TestStore,
): Promise<{ insert: (rows: object[]) => Promise<void>; close: () => Promise<void> }> {
  const { username, password } = store.credentials;
  const client = createClient({ url: store.url, username, password });
  return {
    insert: async (values) => {
      await client.insert({
        table: "otel.otel_traces",
        values,
        format: "JSONEachRow",
        clickhouse_settings: { date_time_input_format: "best_effort" },
      });
    },
    close: () => client.close(),
  };
}

function chat(digit: string, start: number): Record<string, unknown> {
  return chatSpan({ traceId: digit.repeat(32), start });
}

describe.each([
  ["with LowCardinality", "LowCardinality(String)", "Map(LowCardinality(String), String)", ""],
  ["without it", "String", "Map(String, String)", "ScopeName String, ScopeVersion String,"],
])("source: clickhouse, tables %s", (_which, text, attributes, extra) => {
  it("finds what a Collector has stored before and stores after the start, and receives nothing", async () => {
    await withStore(
      async (store) => {
        const collector = await exporter(store);
        for (const statement of tables(text, attributes, extra))
          await store.client.command(statement);
        const now = Date.now();
        await collector.insert([
          chat("a", now - hour),
          chat("b", now - 3 * hour),
          chat("c", now - 30 * hour),
        ]);
        const house = await openTestHouse({
          store,
          receivers: { source: "clickhouse" },
          processors: { interactions: { settle_after: 50, arrival_overlap: 500, look_back: "5h" } },
        });
        await house.house.ready;
        expect(house.house.addresses).toMatchObject({ otlp: undefined, grpc: undefined });
        const ids = async (): Promise<string> => {
          const rows = await store.client.query<{ id: string }>(
            "SELECT substring(trace_id, 1, 1) AS id FROM calibrant.interactions ORDER BY ALL",
          );
          return rows.map(({ id }) => id).join("");
        };
        await until("the earlier traces", async () => (await ids()) === "ab");
        await collector.insert([chat("d", now), chat("e", now - 40 * hour)]);
        await until(
          "the later traces, whatever their spans' time",
          async () => (await ids()) === "abde",
        );
        expect(await house.problems()).toEqual({});
        expect(await (await fetch(house.web)).text()).toContain("How late is it?");
        await collector.close();
        await house.close();
      },
      { migrated: false },
    );
  }, 60_000);
});

describe("spans from before the first start", () => {
  it("are announced once, and never when they were announced on arrival", async () => {
    await withStore(async ({ client }) => {
      const now = Date.now();
      await client.insert("otel.otel_traces", [chat("a", now - hour)]);
      const arrivals = async (): Promise<unknown> =>
        await client.query(
          "SELECT trace_id, spans, roots, service_name FROM calibrant.trace_arrivals ORDER BY ALL",
        );
      const first = await arrivals();
      expect(first).toHaveLength(1);
      await createEarlierSpans(client).announce(now - 5 * hour, now);
      expect(await arrivals()).toEqual(first);
      await client.command("TRUNCATE TABLE calibrant.trace_arrivals");
      await createEarlierSpans(client).announce(now - 5 * hour, now);
      await createEarlierSpans(client).announce(now - 5 * hour, now);
      expect(await arrivals()).toEqual(first);
    });
  });
});

it("source: clickhouse needs a server that others can write to", () => {
  expect(() => parseConfig("receivers: { source: clickhouse }", {})).toThrow(
    /receivers\.source.*exporters\.clickhouse\.url/,
  );
});
