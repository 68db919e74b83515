import { TableColumns } from "./columns.js";

/**
 * The columns of `otel.otel_logs`, as the Collector's ClickHouse exporter fills them.
 * `TimestampTime` is left to its default in the table.
 */
export class LogColumns extends TableColumns {
  readonly timestamp = this.plain("Timestamp", "DateTime64(9)");
  readonly traceId = this.plain("TraceId", "String");
  readonly spanId = this.plain("SpanId", "String");
  readonly traceFlags = this.plain("TraceFlags", "UInt8");
  readonly severityText = this.plain("SeverityText", "String");
  readonly severityNumber = this.plain("SeverityNumber", "UInt8");
  readonly serviceName = this.plain("ServiceName", "String");
  readonly body = this.plain("Body", "String");
  readonly resourceSchemaUrl = this.plain("ResourceSchemaUrl", "String");
  readonly resourceAttributes = this.map("ResourceAttributes");
  readonly scopeSchemaUrl = this.plain("ScopeSchemaUrl", "String");
  readonly scopeName = this.plain("ScopeName", "String");
  readonly scopeVersion = this.plain("ScopeVersion", "String");
  readonly scopeAttributes = this.map("ScopeAttributes");
  readonly attributes = this.map("LogAttributes");
  readonly eventName = this.plain("EventName", "String");
}
