import { TableColumns } from "./columns.js";

/** The columns of `otel.otel_traces`, as the Collector's ClickHouse exporter fills them. */
export class TraceColumns extends TableColumns {
  readonly timestamp = this.plain("Timestamp", "DateTime64(9)");
  readonly traceId = this.plain("TraceId", "String");
  readonly spanId = this.plain("SpanId", "String");
  readonly parentSpanId = this.plain("ParentSpanId", "String");
  readonly traceState = this.plain("TraceState", "String");
  readonly name = this.plain("SpanName", "String");
  readonly kind = this.plain("SpanKind", "String");
  readonly serviceName = this.plain("ServiceName", "String");
  readonly resourceAttributes = this.map("ResourceAttributes");
  readonly scopeName = this.plain("ScopeName", "String");
  readonly scopeVersion = this.plain("ScopeVersion", "String");
  readonly attributes = this.map("SpanAttributes");
  readonly duration = this.plain("Duration", "UInt64");
  readonly statusCode = this.plain("StatusCode", "String");
  readonly statusMessage = this.plain("StatusMessage", "String");
  readonly eventEnds = this.buffer();
  readonly eventTimestamp = this.array("Events.Timestamp", "DateTime64(9)", this.eventEnds);
  readonly eventName = this.array("Events.Name", "String", this.eventEnds);
  readonly eventAttributes = this.mapArray("Events.Attributes", this.eventEnds);
  readonly linkEnds = this.buffer();
  readonly linkTraceId = this.array("Links.TraceId", "String", this.linkEnds);
  readonly linkSpanId = this.array("Links.SpanId", "String", this.linkEnds);
  readonly linkTraceState = this.array("Links.TraceState", "String", this.linkEnds);
  readonly linkAttributes = this.mapArray("Links.Attributes", this.linkEnds);
}
