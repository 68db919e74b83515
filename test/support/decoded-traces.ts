import { createDecoder } from "#processor/decode/decode.js";
import { decodeConfig } from "#processor/decode/decode-config.js";
import { systemClock } from "#processor/kernel/clock.js";
import type { Block } from "#processor/model/block.js";
import type { TraceRows } from "#processor/model/ports.js";
import type { RawEvent, RawLog, RawSpan } from "#processor/model/telemetry.js";
import { nativeRows, type NativeRow, type NativeValue } from "./native-block.js";
import type { CapturedRequest } from "./otlp-cases.js";

/** Requests through the decoder, as the spool would get them. Metrics give nothing. */
export function decodeRequests(requests: readonly CapturedRequest[]): Block[] {
  const decoder = createDecoder({ config: decodeConfig.parse({}), clock: systemClock });
  return requests.flatMap(({ signal, contentType, plain }) => {
    const encoding = contentType === "application/json" ? "json" : "protobuf";
    return signal === "metrics" ? [] : [...decoder[signal](plain, encoding).blocks];
  });
}

/** The traces in blocks, as a store would give their rows back. */
export function tracesOf(blocks: readonly Block[]): TraceRows[] {
  const rowsOf = (table: Block["table"]): NativeRow[] =>
    blocks.filter((block) => block.table === table).flatMap((block) => nativeRows(block.bytes));
  const spans = rowsOf("otel.otel_traces").map(toSpan);
  const logs = rowsOf("otel.otel_logs").map(toLog);
  const traceIds = new Set([...spans, ...logs].map(({ traceId }) => traceId));
  return [...traceIds].map((traceId) => ({
    traceId,
    truncated: false,
    spans: spans.filter((span) => span.traceId === traceId),
    logs: logs.filter((log) => log.traceId === traceId),
  }));
}

function toSpan(row: NativeRow): RawSpan {
  const times = list(row["Events.Timestamp"]);
  const maps = list(row["Events.Attributes"]);
  return {
    traceId: text(row["TraceId"]),
    spanId: text(row["SpanId"]),
    parentSpanId: text(row["ParentSpanId"]),
    name: text(row["SpanName"]),
    kind: text(row["SpanKind"]),
    serviceName: text(row["ServiceName"]),
    scopeName: text(row["ScopeName"]),
    scopeVersion: text(row["ScopeVersion"]),
    resource: map(row["ResourceAttributes"]),
    attributes: map(row["SpanAttributes"]),
    start: row["Timestamp"] as bigint,
    duration: row["Duration"] as bigint,
    statusCode: text(row["StatusCode"]) as RawSpan["statusCode"],
    statusMessage: text(row["StatusMessage"]),
    events: list(row["Events.Name"]).map((name, index): RawEvent => ({
      name: text(name),
      time: times[index] as bigint,
      attributes: map(maps[index]),
    })),
  };
}

function toLog(row: NativeRow): RawLog {
  const attributes = map(row["LogAttributes"]);
  return {
    traceId: text(row["TraceId"]),
    spanId: text(row["SpanId"]),
    time: row["Timestamp"] as bigint,
    eventName: text(row["EventName"]) || (attributes.get("event.name") ?? ""),
    serviceName: text(row["ServiceName"]),
    body: text(row["Body"]),
    attributes,
    resource: map(row["ResourceAttributes"]),
  };
}

function text(value: NativeValue | undefined): string {
  if (typeof value !== "string") throw new Error("a column is missing or is no text");
  return value;
}

function list(value: NativeValue | undefined): NativeValue[] {
  return (value ?? []) as NativeValue[];
}

function map(value: NativeValue | undefined): ReadonlyMap<string, string> {
  return new Map(value as [string, string][]);
}
