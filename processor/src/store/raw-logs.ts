import type { WantedTrace } from "../model/ports.js";
import type { RawLog } from "../model/telemetry.js";
import type { StoreClient } from "./client.js";
import { groupBy } from "./group-by.js";
import type { OptionalColumns } from "./optional-columns.js";
import {
  leanMap,
  machine,
  resultLimit,
  toMap,
  type ReadLimits,
  type TimeRange,
} from "./trace-range.js";
import { withoutVerdictLogs } from "./verdict-rows.js";

type Attributes = Readonly<Record<string, string>>;

interface LogRow {
  readonly traceId: string;
  readonly spanId: string;
  readonly time: string;
  readonly eventName: string;
  readonly serviceName: string;
  readonly body: string;
  readonly attributes: Attributes;
  readonly resource: Attributes;
}

/**
 * The records of the wanted traces by trace, oldest first; one more than `limits.rows` where there
 * are more. A library stamps all messages of a prompt with the same millisecond, so their place in
 * the insert decides what the time does not.
 */
export async function logsOf(
  client: StoreClient,
  wanted: readonly WantedTrace[],
  range: TimeRange,
  limits: ReadLimits,
  columns: OptionalColumns,
): Promise<ReadonlyMap<string, RawLog[]>> {
  const eventName = columns.logEventName
    ? "if(EventName != '', EventName, LogAttributes['event.name'])"
    : "LogAttributes['event.name']";
  const day = columns.logTimestampTime
    ? `AND TimestampTime >= toDateTime('${seconds(range.start)}') AND TimestampTime <= toDateTime('${seconds(range.end)}')`
    : "";
  const rows = await client.query<LogRow>(
    `SELECT TraceId AS traceId, SpanId AS spanId, toUnixTimestamp64Nano(Timestamp) AS time,
            ${eventName} AS eventName, ServiceName AS serviceName,
            substring(Body, 1, ${limits.value}) AS body,
            ${leanMap("LogAttributes", limits.value, "k = 'event.name'")} AS attributes,
            ${leanMap("ResourceAttributes", limits.value, machine)} AS resource
     FROM otel.otel_logs
     WHERE TraceId IN ${range.traceIds}
       AND Timestamp >= '${range.start}' AND Timestamp <= '${range.end}' ${day}
       AND ${withoutVerdictLogs}
     ORDER BY Timestamp, _part_index, _part_offset
     LIMIT ${limits.rows + 1} BY TraceId
     LIMIT ${wanted.length * (limits.rows + 1)}`,
    {},
    resultLimit(limits),
  );
  const logs = rows.map((row) => ({
    ...row,
    time: BigInt(row.time),
    attributes: toMap(row.attributes),
    resource: toMap(row.resource),
  }));
  return groupBy(logs, (log) => log.traceId);
}

function seconds(time: string): string {
  return time.slice(0, 19);
}
