import protobuf from "protobufjs";

type Fields = Record<string, readonly [number: number, type: string, rule?: "repeated" | "oneof"]>;

function type(name: string, fields: Fields): protobuf.Type {
  const result = new protobuf.Type(name);
  const choices: string[] = [];
  for (const [field, [number, fieldType, rule]] of Object.entries(fields)) {
    if (rule === "oneof") choices.push(field);
    result.add(
      new protobuf.Field(field, number, fieldType, rule === "repeated" ? "repeated" : undefined),
    );
  }
  if (choices.length > 0) result.add(new protobuf.OneOf("choice", choices));
  return result;
}

function requestTypes(signal: string, names: readonly [string, string, string], item: string) {
  const [resources, scopes, items] = names;
  return [
    type(`Export${signal}Request`, { [resources]: [1, `Resource${signal}`, "repeated"] }),
    type(`Resource${signal}`, {
      resource: [1, "Resource"],
      [scopes]: [2, `Scope${signal}`, "repeated"],
      schemaUrl: [3, "string"],
    }),
    type(`Scope${signal}`, {
      scope: [1, "InstrumentationScope"],
      [items]: [2, item, "repeated"],
      schemaUrl: [3, "string"],
    }),
  ];
}

/** opentelemetry-proto 1.x as far as the tests need it, described for protobufjs. */
const root = new protobuf.Root();
for (const described of [
  type("ArrayValue", { values: [1, "AnyValue", "repeated"] }),
  type("KeyValueList", { values: [1, "KeyValue", "repeated"] }),
  type("AnyValue", {
    stringValue: [1, "string", "oneof"],
    boolValue: [2, "bool", "oneof"],
    intValue: [3, "int64", "oneof"],
    doubleValue: [4, "double", "oneof"],
    arrayValue: [5, "ArrayValue", "oneof"],
    kvlistValue: [6, "KeyValueList", "oneof"],
    bytesValue: [7, "bytes", "oneof"],
  }),
  type("KeyValue", { key: [1, "string"], value: [2, "AnyValue"] }),
  type("Resource", { attributes: [1, "KeyValue", "repeated"] }),
  type("InstrumentationScope", {
    name: [1, "string"],
    version: [2, "string"],
    attributes: [3, "KeyValue", "repeated"],
  }),
  type("Event", {
    timeUnixNano: [1, "fixed64"],
    name: [2, "string"],
    attributes: [3, "KeyValue", "repeated"],
    droppedAttributesCount: [4, "uint32"],
  }),
  type("Link", {
    traceId: [1, "bytes"],
    spanId: [2, "bytes"],
    traceState: [3, "string"],
    attributes: [4, "KeyValue", "repeated"],
    droppedAttributesCount: [5, "uint32"],
    flags: [6, "fixed32"],
  }),
  type("Status", { message: [2, "string"], code: [3, "int32"] }),
  type("Span", {
    traceId: [1, "bytes"],
    spanId: [2, "bytes"],
    traceState: [3, "string"],
    parentSpanId: [4, "bytes"],
    name: [5, "string"],
    kind: [6, "int32"],
    startTimeUnixNano: [7, "fixed64"],
    endTimeUnixNano: [8, "fixed64"],
    attributes: [9, "KeyValue", "repeated"],
    droppedAttributesCount: [10, "uint32"],
    events: [11, "Event", "repeated"],
    droppedEventsCount: [12, "uint32"],
    links: [13, "Link", "repeated"],
    droppedLinksCount: [14, "uint32"],
    status: [15, "Status"],
    flags: [16, "fixed32"],
  }),
  type("LogRecord", {
    timeUnixNano: [1, "fixed64"],
    severityNumber: [2, "int32"],
    severityText: [3, "string"],
    body: [5, "AnyValue"],
    attributes: [6, "KeyValue", "repeated"],
    droppedAttributesCount: [7, "uint32"],
    flags: [8, "fixed32"],
    traceId: [9, "bytes"],
    spanId: [10, "bytes"],
    observedTimeUnixNano: [11, "fixed64"],
    eventName: [12, "string"],
  }),
  ...requestTypes("Trace", ["resourceSpans", "scopeSpans", "spans"], "Span"),
  ...requestTypes("Logs", ["resourceLogs", "scopeLogs", "logRecords"], "LogRecord"),
]) {
  root.add(described);
}
root.resolveAll();

export const traceRequestType = root.lookupType("ExportTraceRequest");
export const logsRequestType = root.lookupType("ExportLogsRequest");
