import type { WantedTrace } from "../model/ports.js";
import type { RawSpan } from "../model/telemetry.js";
import type { StoreClient } from "./client.js";
import { groupBy } from "./group-by.js";
import { scopeColumns, type OptionalColumns } from "./optional-columns.js";
import {
  leanMap,
  machine,
  resultLimit,
  toMap,
  type ReadLimits,
  type TimeRange,
} from "./trace-range.js";
import { withoutVerdictSpans } from "./verdict-rows.js";

type Attributes = Readonly<Record<string, string>>;

interface SpanRow {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: string;
  readonly serviceName: string;
  readonly scopeName: string;
  readonly scopeVersion: string;
  readonly resource: Attributes;
  readonly attributes: Attributes;
  readonly start: string;
  readonly duration: string;
  readonly statusCode: string;
  readonly statusMessage: string;
  readonly eventNames: readonly string[];
  readonly eventTimes: readonly string[];
  readonly eventAttributes: readonly Attributes[];
}

/** Large attributes that say nothing about what was asked and answered. */
const bulky = "endsWith(k, '.embedding.vector')";

/** The spans of the wanted traces by trace; one more than `limits.rows` where there are more. */
export async function spansOf(
  client: StoreClient,
  wanted: readonly WantedTrace[],
  range: TimeRange,
  limits: ReadLimits,
  columns: OptionalColumns,
): Promise<ReadonlyMap<string, RawSpan[]>> {
  const eventAttributes = leanMap("m", limits.value, "k = 'exception.stacktrace'");
  const rows = await client.query<SpanRow>(
    `SELECT TraceId AS traceId, SpanId AS spanId, ParentSpanId AS parentSpanId, SpanName AS name,
            SpanKind AS kind, ServiceName AS serviceName, ${scopeColumns(columns)},
            ${leanMap("ResourceAttributes", limits.value, machine)} AS resource,
            ${leanMap("SpanAttributes", limits.value, bulky)} AS attributes,
            toUnixTimestamp64Nano(Timestamp) AS start, Duration AS duration,
            StatusCode AS statusCode, substring(StatusMessage, 1, 4096) AS statusMessage,
            Events.Name AS eventNames,
            arrayMap(t -> toUnixTimestamp64Nano(t), Events.Timestamp) AS eventTimes,
            arrayMap(m -> ${eventAttributes}, Events.Attributes) AS eventAttributes
     FROM otel.otel_traces
     WHERE TraceId IN ${range.traceIds} AND Timestamp >= '${range.start}' AND Timestamp <= '${range.end}'
       AND ${withoutVerdictSpans}
     LIMIT ${limits.rows + 1} BY TraceId
     LIMIT ${wanted.length * (limits.rows + 1)}`,
    {},
    resultLimit(limits),
  );
  return groupBy(rows.map(toSpan), (span) => span.traceId);
}

function toSpan(row: SpanRow): RawSpan {
  const { eventNames, eventTimes, eventAttributes, ...columns } = row;
  return {
    ...columns,
    resource: toMap(row.resource),
    attributes: toMap(row.attributes),
    start: BigInt(row.start),
    duration: BigInt(row.duration),
    statusCode: statusOf(row.statusCode),
    events: eventNames.map((name, index) => ({
      name,
      time: BigInt(eventTimes[index] ?? "0"),
      attributes: toMap(eventAttributes[index] ?? {}),
    })),
  };
}

/** Older Collectors wrote the names of the protocol's enum, such as `STATUS_CODE_ERROR`. */
function statusOf(text: string): RawSpan["statusCode"] {
  const name = text.replace(/^STATUS_CODE_/, "").toLowerCase();
  if (name === "error") return "Error";
  return name === "ok" ? "Ok" : "Unset";
}
