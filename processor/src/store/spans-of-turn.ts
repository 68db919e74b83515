import type { Interaction } from "../model/interaction.js";
import type { RawEvent, RawSpan } from "../model/telemetry.js";
import { storeTime, type StoreClient } from "./client.js";
import { optionalColumns, scopeColumns } from "./optional-columns.js";
import { shortened } from "./shortened.js";

const day = 86_400_000;

/** Most spans of a trace that a page shows, and most characters of one attribute. */
const mostSpans = 1_000;
const attributeText = 4_000;

type Attributes = Readonly<Record<string, string>>;

interface SpanRow {
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
  readonly nanoseconds: string;
  readonly statusCode: RawSpan["statusCode"];
  readonly statusMessage: string;
  readonly eventNames: readonly string[];
  readonly eventTimes: readonly string[];
  readonly eventAttributes: readonly Attributes[];
}

/** The raw spans of an interaction's trace, by start. */
export async function readSpansOf(
  client: StoreClient,
  interaction: Interaction,
): Promise<RawSpan[]> {
  const cut = (map: string): string =>
    `mapApply((key, text) -> (key, ${shortened("text", attributeText)}), ${map})`;
  const rows = await client.query<SpanRow>(
    `SELECT SpanId AS spanId, ParentSpanId AS parentSpanId, SpanName AS name, SpanKind AS kind,
            ServiceName AS serviceName, ${scopeColumns(await optionalColumns(client))},
            ${cut("ResourceAttributes")} AS resource, ${cut("SpanAttributes")} AS attributes,
            toString(toUnixTimestamp64Nano(Timestamp)) AS start, toString(Duration) AS nanoseconds,
            StatusCode AS statusCode, ${shortened("StatusMessage", attributeText)} AS statusMessage,
            Events.Name AS eventNames,
            arrayMap(time -> toString(toUnixTimestamp64Nano(time)), Events.Timestamp) AS eventTimes,
            arrayMap(map -> ${cut("map")}, Events.Attributes) AS eventAttributes
     FROM otel.otel_traces
     WHERE TraceId = {trace:String}
       AND Timestamp >= {start:DateTime64(3)} AND Timestamp <= {end:DateTime64(3)}
     ORDER BY Timestamp, SpanId
     LIMIT ${mostSpans}`,
    {
      trace: interaction.trace_id,
      start: storeTime(interaction.started_at - day),
      end: storeTime(interaction.started_at + interaction.duration_ms + day),
    },
  );
  return rows.map((row) => toSpan(row, interaction.trace_id));
}

function toSpan(row: SpanRow, traceId: string): RawSpan {
  const { nanoseconds, eventNames, eventTimes, eventAttributes, ...columns } = row;
  return {
    ...columns,
    traceId,
    resource: toMap(row.resource),
    attributes: toMap(row.attributes),
    start: BigInt(row.start),
    duration: BigInt(nanoseconds),
    events: eventNames.map((name, index): RawEvent => ({
      name,
      time: BigInt(eventTimes[index] ?? "0"),
      attributes: toMap(eventAttributes[index] ?? {}),
    })),
  };
}

function toMap(attributes: Attributes): Map<string, string> {
  return new Map(Object.entries(attributes));
}
