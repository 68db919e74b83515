import type { TraceRows } from "#processor/model/ports.js";
import type { RawSpan } from "#processor/model/telemetry.js";

/** Nanoseconds in a millisecond. */
const millisecond = 1_000_000n;

export type SpanParts = Partial<Omit<RawSpan, "attributes" | "start" | "duration">> & {
  readonly spanId: string;
  readonly attributes?: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly start?: number;
  readonly duration?: number;
};

/** A span as the raw table gives it back, of the trace `t`. */
export function rawSpan(parts: SpanParts): RawSpan {
  const { attributes = {}, start = 0, duration = 1, ...rest } = parts;
  return {
    traceId: "t",
    parentSpanId: "",
    name: parts.spanId,
    kind: "Internal",
    serviceName: "shop",
    scopeName: "",
    scopeVersion: "",
    resource: new Map(),
    statusCode: "Unset",
    statusMessage: "",
    events: [],
    ...rest,
    attributes: new Map(Object.entries(attributes)),
    start: BigInt(start) * millisecond,
    duration: BigInt(duration) * millisecond,
  };
}

export function traceOf(...spans: readonly RawSpan[]): TraceRows {
  return { traceId: "t", truncated: false, spans, logs: [] };
}
