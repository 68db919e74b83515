import {
  context,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
} from "@opentelemetry/api";
import { common } from "./attributes.js";
import { errorMessage, errorType } from "./errors.js";
import { instrumentationName, instrumentationVersion } from "./version.js";

export interface SpanWork<T> {
  readonly name: string;
  readonly attributes: Attributes;
  readonly work: () => T;
  /** The context of the work; given the one that the new span is active in. */
  readonly within?: (active: Context, span: Span) => Context;
  /** Called with the value (of a promise: the one it resolves to) before the span ends. */
  readonly onValue?: (span: Span, value: unknown) => void;
}

/** Runs `work` in an INTERNAL span and gives back exactly what it returns or throws. */
export function runInSpan<T>({ name, attributes, work, within, onValue }: SpanWork<T>): T {
  const tracer = trace.getTracer(instrumentationName, instrumentationVersion);
  const span = tracer.startSpan(name, { kind: SpanKind.INTERNAL, attributes });
  const active = trace.setSpan(context.active(), span);
  const succeed = (value: unknown): void => {
    try {
      onValue?.(span, value);
    } finally {
      span.end();
    }
  };
  const fail = (error: unknown): void => {
    span.recordException(error instanceof Error ? error : String(error));
    span.setAttribute(common.errorType, errorType(error));
    span.setStatus({ code: SpanStatusCode.ERROR, message: errorMessage(error) });
    span.end();
  };
  let result: T;
  try {
    result = context.with(within?.(active, span) ?? active, work);
  } catch (error) {
    fail(error);
    throw error;
  }
  if (!isPromise(result)) {
    succeed(result);
    return result;
  }
  // The promise itself is given back, so that a subclass keeps its methods.
  void result.then(succeed, fail);
  return result;
}

function isPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise;
}
