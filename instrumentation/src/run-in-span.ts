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
import type { CallContent, ContentRecorder } from "./call-content.js";
import { errorMessage, errorType } from "./errors.js";
import { FaultGuard } from "./faults.js";
import { contentOfProcess } from "./process-content.js";
import { observeResult } from "./result-observer.js";
import { instrumentationName, instrumentationVersion } from "./version.js";

export interface SpanWork<T> {
  readonly name: string;
  readonly attributes: Attributes;
  /** Content that is known before the work. */
  readonly given?: CallContent;
  readonly work: () => T;
  /** The context of the work; given the one that the new span is active in. */
  readonly within?: (active: Context, span: Span) => Context;
  /** The content in the value (of a promise: the one it resolves to). */
  readonly found?: (value: unknown) => CallContent;
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
  const { span, active, content } = opened;
  let ended = false;
  const end = (note: () => void): void => {
    if (ended) return;
    ended = true;
    guard.run("Recording a result", note);
    guard.run("Ending a span", () => span.end());
  };
  const fail = (error: unknown): void => end(() => recordError(span, error, content));

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
  const succeed = (value: unknown): void =>
    end(() => span.setAttributes(content.toolAttributes(options.found?.(value) ?? {})));
  guard.run("Observing a result", () => observeResult(result, active, { succeed, fail }));
  return result;
}

interface OpenSpan {
  readonly span: Span;
  readonly active: Context;
  readonly content: ContentRecorder;
}

function open<T>({ name, attributes, given = {}, within }: SpanWork<T>): OpenSpan {
  const content = contentOfProcess(guard);
  const tracer = trace.getTracer(instrumentationName, instrumentationVersion);
  const span = tracer.startSpan(name, {
    kind: SpanKind.INTERNAL,
    attributes: { ...attributes, ...content.toolAttributes(given) },
  });
  const active = trace.setSpan(context.active(), span);
  return { span, active: within?.(active, span) ?? active, content };
}

function recordError(span: Span, error: unknown, content: ContentRecorder): void {
  const type = errorType(error);
  span.setAttribute(common.errorType, type);
  if (!content.redacts) {
    span.recordException(error instanceof Error ? error : String(error));
    span.setStatus({ code: SpanStatusCode.ERROR, message: errorMessage(error) });
    return;
  }
  const message = content.errorMessage(errorMessage(error));
  const said = message === undefined ? {} : { message };
  // The stack repeats the message.
  span.recordException({ name: type, ...said });
  span.setStatus({ code: SpanStatusCode.ERROR, ...said });
}
