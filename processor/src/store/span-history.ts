import type { SpanHistory, SpanTime, StoredTrace } from "../model/ports.js";
import { storeTime, type StoreClient } from "./client.js";
import { withoutVerdictSpans } from "./verdict-rows.js";
import { fromWire, type WireRow } from "./wire-row.js";

/** Milliseconds of one stretch. */
const stretchLength = 600_000;

/** What rows arrived after the place of the walk. Without a place it has all of them before it. */
const waiting = `SELECT trace_id FROM calibrant.trace_arrivals
  WHERE arrived_at >= (
    SELECT argMax(position, (written_at, position)) FROM calibrant.cursors WHERE name = 'interactions'
  )`;

export function createSpanHistory(client: StoreClient): SpanHistory {
  return {
    stretches: async (range, service) => {
      const rows = await client.query<{ start: string; traces: string }>(
        `SELECT toUnixTimestamp64Milli(toDateTime64(toStartOfInterval(Timestamp, toIntervalMillisecond(${stretchLength})), 3)) AS start,
                uniq(TraceId) AS traces
         FROM otel.otel_traces WHERE ${within(range, service)}
         GROUP BY start ORDER BY start`,
        parameters(service),
      );
      return rows.map((row) => ({
        start: Math.max(Number(row.start), range.start),
        end: Math.min(Number(row.start) + stretchLength, range.end),
        traces: Number(row.traces),
      }));
    },
    tracesIn: (stretch, service, after, limit) =>
      read(
        client,
        `SELECT TraceId AS traceId, toUnixTimestamp64Milli(toDateTime64(min(Timestamp), 3)) AS earliest,
                toUnixTimestamp64Milli(toDateTime64(max(Timestamp), 3)) AS latest,
                toUInt32(count()) AS spans, TraceId IN (${waiting}) AS waiting
         FROM otel.otel_traces WHERE ${within(stretch, service)} AND TraceId > {after:String}
         GROUP BY TraceId ORDER BY TraceId LIMIT ${limit}`,
        { ...parameters(service), after },
      ),
    arrivedSince: (since, range, service, after, limit) =>
      read(
        client,
        `SELECT trace_id AS traceId, toUnixTimestamp64Milli(min(a.earliest)) AS earliest,
                toUnixTimestamp64Milli(max(a.latest)) AS latest,
                toUInt32(sum(a.spans)) AS spans, trace_id IN (${waiting}) AS waiting
         FROM calibrant.trace_arrivals AS a
         WHERE arrived_at >= '${storeTime(since)}' AND ${touching(range)} AND trace_id > {after:String}
           ${service === undefined ? "" : `AND trace_id IN (SELECT TraceId FROM otel.otel_traces WHERE ${within(range, service)})`}
         GROUP BY trace_id ORDER BY trace_id LIMIT ${limit}`,
        { ...parameters(service), after },
      ),
    walk: async (range) => {
      const [row] = await client.query<{ position: string; runs: number; waiting: string }>(
        `SELECT toUnixTimestamp64Milli(argMax(position, (written_at, position))) AS position,
                toUInt32(count()) AS runs,
                (SELECT uniq(trace_id) FROM calibrant.trace_arrivals AS a
                 WHERE ${touching(range)} AND trace_id IN (${waiting})) AS waiting
         FROM calibrant.cursors WHERE name = 'interactions'`,
      );
      return {
        position: row === undefined || row.runs === 0 ? undefined : Number(row.position),
        waiting: Number(row?.waiting ?? 0),
      };
    },
    now: async () => {
      const [row] = await client.query<{ now: string }>(
        "SELECT toUnixTimestamp64Milli(now64(3)) AS now",
      );
      return Number(row?.now ?? 0);
    },
  };
}

async function read(
  client: StoreClient,
  sql: string,
  params: Readonly<Record<string, unknown>>,
): Promise<StoredTrace[]> {
  type Row = Omit<StoredTrace, "waiting"> & { readonly waiting: number };
  const rows = await client.query<WireRow<Row, "earliest" | "latest">>(sql, params);
  return rows.map((row) => ({
    ...fromWire<Row, "earliest" | "latest">(row, ["earliest", "latest"]),
    waiting: row.waiting === 1,
  }));
}

function within({ start, end }: SpanTime, service: string | undefined): string {
  const ofService = service === undefined ? "" : "AND ServiceName = {service:String}";
  return `TraceId != '' AND ${withoutVerdictSpans} AND Timestamp >= '${storeTime(start)}' AND Timestamp < '${storeTime(end)}' ${ofService}`;
}

function touching({ start, end }: SpanTime): string {
  return `a.latest >= '${storeTime(start)}' AND a.earliest < '${storeTime(end)}'`;
}

function parameters(service: string | undefined): Readonly<Record<string, unknown>> {
  return service === undefined ? {} : { service };
}
