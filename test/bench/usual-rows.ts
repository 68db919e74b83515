import { traceRequestType } from "../support/otlp-messages.js";

interface Value {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: { toString(): string };
  readonly doubleValue?: number;
  readonly bytesValue?: Uint8Array;
  readonly arrayValue?: { readonly values?: readonly Value[] };
  readonly kvlistValue?: { readonly values?: readonly KeyValue[] };
}

interface KeyValue {
  readonly key: string;
  readonly value?: Value;
}

interface Span {
  readonly traceId: Buffer;
  readonly spanId: Buffer;
  readonly parentSpanId?: Buffer;
  readonly traceState?: string;
  readonly name: string;
  readonly kind?: number;
  readonly startTimeUnixNano: { toString(): string };
  readonly endTimeUnixNano: { toString(): string };
  readonly attributes?: readonly KeyValue[];
  readonly events?: readonly {
    readonly timeUnixNano: { toString(): string };
    readonly name: string;
    readonly attributes?: readonly KeyValue[];
  }[];
  readonly links?: readonly {
    readonly traceId: Buffer;
    readonly spanId: Buffer;
    readonly traceState?: string;
    readonly attributes?: readonly KeyValue[];
  }[];
  readonly status?: { readonly code?: number; readonly message?: string };
}

interface Request {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly KeyValue[] };
    readonly scopeSpans?: readonly {
      readonly scope?: { readonly name?: string; readonly version?: string };
      readonly spans?: readonly Span[];
    }[];
  }[];
}

const kinds = ["Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"];
const codes = ["Unset", "Ok", "Error"];

/** The usual way: protobufjs makes objects of the request, and objects become rows. */
export function usualRows(body: Uint8Array): Record<string, unknown>[] {
  const request = traceRequestType.decode(body) as unknown as Request;
  const rows: Record<string, unknown>[] = [];
  for (const { resource, scopeSpans } of request.resourceSpans ?? []) {
    const resourceAttributes = record(resource?.attributes);
    for (const { scope, spans } of scopeSpans ?? []) {
      for (const span of spans ?? []) {
        rows.push(row(span, resourceAttributes, scope?.name ?? "", scope?.version ?? ""));
      }
    }
  }
  return rows;
}

/** The rows as ClickHouse's JSONEachRow. */
export function usualLines(body: Uint8Array): string {
  return usualRows(body)
    .map((fields) => JSON.stringify(fields))
    .join("\n");
}

function row(
  span: Span,
  resourceAttributes: Record<string, string>,
  scopeName: string,
  scopeVersion: string,
): Record<string, unknown> {
  const { events = [], links = [] } = span;
  const start = BigInt(span.startTimeUnixNano.toString());
  const end = BigInt(span.endTimeUnixNano.toString());
  return {
    Timestamp: start.toString(),
    TraceId: span.traceId.toString("hex"),
    SpanId: span.spanId.toString("hex"),
    ParentSpanId: span.parentSpanId?.toString("hex") ?? "",
    TraceState: span.traceState ?? "",
    SpanName: span.name,
    SpanKind: kinds[span.kind ?? 0],
    ServiceName: resourceAttributes["service.name"] ?? "",
    ResourceAttributes: resourceAttributes,
    ScopeName: scopeName,
    ScopeVersion: scopeVersion,
    SpanAttributes: record(span.attributes),
    Duration: (end - start).toString(),
    StatusCode: codes[span.status?.code ?? 0],
    StatusMessage: span.status?.message ?? "",
    "Events.Timestamp": events.map(({ timeUnixNano }) => timeUnixNano.toString()),
    "Events.Name": events.map(({ name }) => name),
    "Events.Attributes": events.map(({ attributes }) => record(attributes)),
    "Links.TraceId": links.map(({ traceId }) => traceId.toString("hex")),
    "Links.SpanId": links.map(({ spanId }) => spanId.toString("hex")),
    "Links.TraceState": links.map(({ traceState }) => traceState ?? ""),
    "Links.Attributes": links.map(({ attributes }) => record(attributes)),
  };
}

function record(attributes: readonly KeyValue[] = []): Record<string, string> {
  const result: Record<string, string> = {};
  for (const { key, value } of attributes) {
    const plain = plainValue(value ?? {});
    result[key] = typeof plain === "string" ? plain : JSON.stringify(plain);
  }
  return result;
}

function plainValue(value: Value): unknown {
  if (value.arrayValue) return (value.arrayValue.values ?? []).map(plainValue);
  if (value.kvlistValue) return record(value.kvlistValue.values);
  if (value.bytesValue?.length) return Buffer.from(value.bytesValue).toString("base64");
  if (Object.hasOwn(value, "intValue")) return value.intValue?.toString();
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? null;
}
