import { traceRequestType } from "./otlp-messages.js";

export interface SampleSpan {
  readonly traceId?: string;
  readonly spanId?: string;
  readonly [field: string]: unknown;
}

/** 2026-11-24T00:00:00Z in nanoseconds. */
export const sampleTime = "1795478400000000000";

/** In JSON. */
export const sampleSpan: SampleSpan = {
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  name: "sample",
  kind: 3,
  startTimeUnixNano: sampleTime,
  endTimeUnixNano: sampleTime,
};

/** An OTLP/JSON request with these spans, each sound but for what is said of it. */
export function jsonRequest(...spans: readonly SampleSpan[]): Record<string, unknown> {
  return {
    resourceSpans: [{ scopeSpans: [{ spans: spans.map((span) => ({ ...sampleSpan, ...span })) }] }],
  };
}

/** The same as protobuf wire bytes. */
export function wireRequest(...spans: readonly SampleSpan[]): Uint8Array {
  const binary = spans.map((span) => {
    const whole: SampleSpan = { ...sampleSpan, ...span };
    return {
      ...whole,
      traceId: Buffer.from(whole.traceId ?? "", "hex"),
      spanId: Buffer.from(whole.spanId ?? "", "hex"),
    };
  });
  const message = traceRequestType.fromObject({
    resourceSpans: [{ scopeSpans: [{ spans: binary }] }],
  });
  return traceRequestType.encode(message).finish();
}
