/** A span as the raw table holds it. Every attribute value is text; arrays and maps are JSON text. */
export interface RawSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the root of a trace. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: string;
  readonly serviceName: string;
  readonly scopeName: string;
  readonly scopeVersion: string;
  /** Keys come from outside and are hostile: a Map, never an object. */
  readonly resource: ReadonlyMap<string, string>;
  readonly attributes: ReadonlyMap<string, string>;
  /** Nanoseconds since the Unix epoch. */
  readonly start: bigint;
  /** Nanoseconds. */
  readonly duration: bigint;
  readonly statusCode: "Unset" | "Ok" | "Error";
  readonly statusMessage: string;
  readonly events: readonly RawEvent[];
}

export interface RawEvent {
  readonly name: string;
  readonly time: bigint;
  readonly attributes: ReadonlyMap<string, string>;
}

/** A log record that belongs to a span. */
export interface RawLog {
  readonly traceId: string;
  readonly spanId: string;
  readonly time: bigint;
  /** The record's own event name, or its attribute `event.name`, or empty. */
  readonly eventName: string;
  readonly serviceName: string;
  /** Text, or JSON text for a structured body. */
  readonly body: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly resource: ReadonlyMap<string, string>;
}
