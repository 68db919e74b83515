import {
  context,
  diag,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
} from "@opentelemetry/api";
import { common } from "./attributes.js";
import { errorMessage, errorType } from "./errors.js";
import { FaultGuard } from "./faults.js";
import { observeResult } from "./result-observer.js";
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

const guard = new FaultGuard(
  diag.createComponentLogger({ namespace: instrumentationName }),
  () => {},
);

/**
 * Runs `work` in an INTERNAL span and gives back exactly what it returns or throws. No fault of
 * OpenTelemetry reaches the caller; at worst the work runs without a span.
 */
export function runInSpan<T>(options: SpanWork<T>): T {
  const opened = guard.run("Starting a span", () => open(options));
  if (opened === undefined) return options.work();
  const { span, active } = opened;
  let ended = false;
  const end = (note: () => void): void => {
    if (ended) return;
    ended = true;
    guard.run("Recording a result", note);
    guard.run("Ending a span", () => span.end());
  };
  const fail = (error: unknown): void => end(() => recordError(span, error));

  let started = false;
  let result: T;
  try {
    result = context.with(active, () => {
      started = true;
      return options.work();
    });
  } catch (error) {
    fail(error);
    if (started) throw error;
    return options.work();
  }
  const succeed = (value: unknown): void => end(() => options.onValue?.(span, value));
  guard.run("Observing a result", () => observeResult(result, active, { succeed, fail }));
  return result;
}

function open<T>({ name, attributes, within }: SpanWork<T>): { span: Span; active: Context } {
  const tracer = trace.getTracer(instrumentationName, instrumentationVersion);
  const span = tracer.startSpan(name, { kind: SpanKind.INTERNAL, attributes });
  const active = trace.setSpan(context.active(), span);
  return { span, active: within?.(active, span) ?? active };
}

function recordError(span: Span, error: unknown): void {
  span.recordException(error instanceof Error ? error : String(error));
  span.setAttribute(common.errorType, errorType(error));
  span.setStatus({ code: SpanStatusCode.ERROR, message: errorMessage(error) });
}
