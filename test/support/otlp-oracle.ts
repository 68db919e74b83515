import type { NativeRow } from "./native-block.js";
import { logsRequestType, traceRequestType } from "./otlp-messages.js";

/** A message as protobufjs has decoded it. */
type Message = Record<string, unknown>;

const nanosecondsPerDay = 86_400_000_000_000n;
const kinds = ["Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"];
const codes = ["Unset", "Ok", "Error"];

/** The rows that an independent reading of a request gives, by UTC day. */
export type ExpectedRows = Map<string, NativeRow[]>;

/** Spans whose identifiers and times are sound, as rows of `otel.otel_traces`. */
export function expectedTraces(body: Uint8Array): ExpectedRows {
  const days: ExpectedRows = new Map();
  for (const [resource, scope, span] of items(traceRequestType.decode(body), [
    "resourceSpans",
    "scopeSpans",
    "spans",
  ])) {
    const start = word(span["startTimeUnixNano"]);
    const end = word(span["endTimeUnixNano"]);
    const events = list(span["events"]);
    const links = list(span["links"]);
    const status = message(span["status"]);
    add(days, start, {
      Timestamp: start,
      TraceId: identifier(span["traceId"]),
      SpanId: identifier(span["spanId"]),
      ParentSpanId: identifier(span["parentSpanId"]),
      TraceState: text(span["traceState"]),
      SpanName: text(span["name"]),
      SpanKind: kinds[Number(span["kind"] ?? 0)] ?? "Unspecified",
      ServiceName: serviceName(resource),
      ResourceAttributes: attributes(message(resource["resource"])),
      ScopeName: text(message(scope["scope"])["name"]),
      ScopeVersion: text(message(scope["scope"])["version"]),
      SpanAttributes: attributes(span),
      Duration: end > start ? end - start : 0n,
      StatusCode: codes[Number(status["code"] ?? 0)] ?? "Unset",
      StatusMessage: text(status["message"]),
      "Events.Timestamp": events.map((event) => word(event["timeUnixNano"])),
      "Events.Name": events.map((event) => text(event["name"])),
      "Events.Attributes": events.map(attributes),
      "Links.TraceId": links.map((link) => identifier(link["traceId"])),
      "Links.SpanId": links.map((link) => identifier(link["spanId"])),
      "Links.TraceState": links.map((link) => text(link["traceState"])),
      "Links.Attributes": links.map(attributes),
    });
  }
  return days;
}

/** Log records as rows of `otel.otel_logs`. */
export function expectedLogs(body: Uint8Array, receivedAt: number): ExpectedRows {
  const days: ExpectedRows = new Map();
  for (const [resource, scope, record] of items(logsRequestType.decode(body), [
    "resourceLogs",
    "scopeLogs",
    "logRecords",
  ])) {
    const time =
      word(record["timeUnixNano"]) ||
      word(record["observedTimeUnixNano"]) ||
      BigInt(receivedAt) * 1_000_000n;
    add(days, time, {
      Timestamp: time,
      TraceId: identifier(record["traceId"]),
      SpanId: identifier(record["spanId"]),
      TraceFlags: BigInt(Number(record["flags"] ?? 0) % 256),
      SeverityText: text(record["severityText"]),
      SeverityNumber: BigInt(Number(record["severityNumber"] ?? 0)),
      ServiceName: serviceName(resource),
      Body: rendered(message(record["body"])),
      ResourceSchemaUrl: text(resource["schemaUrl"]),
      ResourceAttributes: attributes(message(resource["resource"])),
      ScopeSchemaUrl: text(scope["schemaUrl"]),
      ScopeName: text(message(scope["scope"])["name"]),
      ScopeVersion: text(message(scope["scope"])["version"]),
      ScopeAttributes: attributes(message(scope["scope"])),
      LogAttributes: attributes(record),
      EventName: text(record["eventName"]),
    });
  }
  return days;
}

function* items(
  request: Message,
  [resources, scopes, members]: readonly [string, string, string],
): Generator<readonly [resource: Message, scope: Message, item: Message]> {
  for (const resource of list(request[resources])) {
    for (const scope of list(resource[scopes])) {
      for (const item of list(scope[members])) yield [resource, scope, item];
    }
  }
}

function add(days: ExpectedRows, time: bigint, row: NativeRow): void {
  const day = new Date(Number((time / nanosecondsPerDay) * 86_400_000n)).toISOString().slice(0, 10);
  days.set(day, [...(days.get(day) ?? []), row]);
}

function message(value: unknown): Message {
  return (value ?? {}) as Message;
}

function list(value: unknown): Message[] {
  return (value ?? []) as Message[];
}

function text(value: unknown): string {
  return (value as string | undefined) ?? "";
}

/** What protobufjs has 64-bit integers as; its text is exact. */
interface Long {
  toString(radix: number): string;
}

function word(value: unknown): bigint {
  return value === undefined || value === null ? 0n : BigInt((value as Long).toString(10));
}

function identifier(value: unknown): string {
  const hexadecimal = Buffer.from((value as Uint8Array | undefined) ?? []).toString("hex");
  return /^0*$/.test(hexadecimal) ? "" : hexadecimal;
}

/** Pairs of a key and its value, the last of equal keys at its own place. */
function pairs(keyValues: readonly Message[]): [string, Message][] {
  const map = new Map<string, Message>();
  for (const keyValue of keyValues) {
    const key = text(keyValue["key"]);
    map.delete(key);
    map.set(key, message(keyValue["value"]));
  }
  return [...map];
}

function attributes(owner: Message): [string, string][] {
  return pairs(list(owner["attributes"])).map(([key, value]) => [key, rendered(value)]);
}

function serviceName(resource: Message): string {
  const found = attributes(message(resource["resource"])).find(([key]) => key === "service.name");
  return found?.[1] ?? "";
}

function rendered(value: Message): string {
  switch (value["choice"]) {
    case "stringValue":
      return text(value["stringValue"]);
    case "bytesValue":
      return Buffer.from(value["bytesValue"] as Uint8Array).toString("base64");
    case "doubleValue":
      return number(value["doubleValue"] as number);
    case "arrayValue":
    case "kvlistValue":
      return json(value);
    default:
      return value["choice"] === undefined ? "" : String(value[value["choice"] as string]);
  }
}

function number(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function json(value: Message): string {
  switch (value["choice"]) {
    case "stringValue":
    case "bytesValue":
      return quoted(rendered(value));
    case "doubleValue": {
      const double = value["doubleValue"] as number;
      return Number.isFinite(double) ? number(double) : quoted(number(double));
    }
    case "arrayValue": {
      const elements = list(message(value["arrayValue"])["values"]);
      return `[${elements.map(json).join(",")}]`;
    }
    case "kvlistValue": {
      const members = pairs(list(message(value["kvlistValue"])["values"]));
      const sorted = members.toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      return `{${sorted.map(([key, member]) => `${quoted(key)}:${json(member)}`).join(",")}}`;
    }
    default:
      return value["choice"] === undefined ? "null" : rendered(value);
  }
}

function quoted(value: string): string {
  return JSON.stringify(value).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}
