/** How a field of an OTLP message is written in protobuf and in JSON. */
export type FieldKind =
  | "string"
  | "bool"
  | "enum"
  | "uint32"
  | "int64"
  | "double"
  | "fixed32"
  | "fixed64"
  /** Bytes that JSON has in base64. */
  | "bytes"
  /** Bytes that JSON has in hexadecimal. */
  | "identifier"
  | "message";

export interface Field {
  readonly number: number;
  /** In lowerCamelCase, as in JSON. */
  readonly name: string;
  readonly kind: FieldKind;
  readonly repeated: boolean;
  /** The type of a `message` field. */
  readonly message: () => Message;
}

/** A message type of opentelemetry-proto 1.x, with the fields that Calibrant knows. */
export interface Message {
  readonly name: string;
  readonly byName: ReadonlyMap<string, Field>;
  readonly byNumber: ReadonlyMap<number, Field>;
}

type Shorthand = readonly [number: number, name: string, kind: FieldKind | (() => Message), "*"?];

function message(name: string, ...fields: readonly Shorthand[]): Message {
  const described = fields.map(([number, fieldName, kind, repeated]): Field => {
    const nested = typeof kind === "function";
    return {
      number,
      name: fieldName,
      kind: nested ? "message" : kind,
      repeated: repeated === "*",
      message: nested ? kind : () => unknown,
    };
  });
  return {
    name,
    byName: new Map(described.map((field) => [field.name, field])),
    byNumber: new Map(described.map((field) => [field.number, field])),
  };
}

const unknown = message("Unknown");

const arrayValue = message("ArrayValue", [1, "values", () => anyValue, "*"]);
const keyValueList = message("KeyValueList", [1, "values", () => keyValue, "*"]);
const anyValue: Message = message(
  "AnyValue",
  [1, "stringValue", "string"],
  [2, "boolValue", "bool"],
  [3, "intValue", "int64"],
  [4, "doubleValue", "double"],
  [5, "arrayValue", () => arrayValue],
  [6, "kvlistValue", () => keyValueList],
  [7, "bytesValue", "bytes"],
);
const keyValue: Message = message("KeyValue", [1, "key", "string"], [2, "value", () => anyValue]);
const resource = message("Resource", [1, "attributes", () => keyValue, "*"]);
const scope = message(
  "InstrumentationScope",
  [1, "name", "string"],
  [2, "version", "string"],
  [3, "attributes", () => keyValue, "*"],
);

const spanEvent = message(
  "Event",
  [1, "timeUnixNano", "fixed64"],
  [2, "name", "string"],
  [3, "attributes", () => keyValue, "*"],
  [4, "droppedAttributesCount", "uint32"],
);
const spanLink = message(
  "Link",
  [1, "traceId", "identifier"],
  [2, "spanId", "identifier"],
  [3, "traceState", "string"],
  [4, "attributes", () => keyValue, "*"],
  [5, "droppedAttributesCount", "uint32"],
  [6, "flags", "fixed32"],
);
const status = message("Status", [2, "message", "string"], [3, "code", "enum"]);
const span = message(
  "Span",
  [1, "traceId", "identifier"],
  [2, "spanId", "identifier"],
  [3, "traceState", "string"],
  [4, "parentSpanId", "identifier"],
  [5, "name", "string"],
  [6, "kind", "enum"],
  [7, "startTimeUnixNano", "fixed64"],
  [8, "endTimeUnixNano", "fixed64"],
  [9, "attributes", () => keyValue, "*"],
  [10, "droppedAttributesCount", "uint32"],
  [11, "events", () => spanEvent, "*"],
  [12, "droppedEventsCount", "uint32"],
  [13, "links", () => spanLink, "*"],
  [14, "droppedLinksCount", "uint32"],
  [15, "status", () => status],
  [16, "flags", "fixed32"],
);
const logRecord = message(
  "LogRecord",
  [1, "timeUnixNano", "fixed64"],
  [2, "severityNumber", "enum"],
  [3, "severityText", "string"],
  [5, "body", () => anyValue],
  [6, "attributes", () => keyValue, "*"],
  [7, "droppedAttributesCount", "uint32"],
  [8, "flags", "fixed32"],
  [9, "traceId", "identifier"],
  [10, "spanId", "identifier"],
  [11, "observedTimeUnixNano", "fixed64"],
  [12, "eventName", "string"],
);

/** Only as much as it takes to count data points. */
const dataPoint = message("DataPoint");
const points = message("DataPoints", [1, "dataPoints", () => dataPoint, "*"]);
const metric = message(
  "Metric",
  [5, "gauge", () => points],
  [7, "sum", () => points],
  [9, "histogram", () => points],
  [10, "exponentialHistogram", () => points],
  [11, "summary", () => points],
);

function request(
  signal: string,
  groups: readonly [string, string, string],
  item: Message,
): Message {
  const [resources, scopes, items] = groups;
  const scopeGroup = message(
    `Scope${signal}`,
    [1, "scope", () => scope],
    [2, items, () => item, "*"],
    [3, "schemaUrl", "string"],
  );
  const resourceGroup = message(
    `Resource${signal}`,
    [1, "resource", () => resource],
    [2, scopes, () => scopeGroup, "*"],
    [3, "schemaUrl", "string"],
  );
  return message(`Export${signal}Request`, [1, resources, () => resourceGroup, "*"]);
}

export const tracesRequest = request("Trace", ["resourceSpans", "scopeSpans", "spans"], span);
export const logsRequest = request("Logs", ["resourceLogs", "scopeLogs", "logRecords"], logRecord);
export const metricsRequest = request(
  "Metrics",
  ["resourceMetrics", "scopeMetrics", "metrics"],
  metric,
);

/** The name of a field as protobuf has it. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
