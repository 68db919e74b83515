import type { Context, Span } from "@opentelemetry/api";
import { flushFeedback } from "./record-feedback.js";
import { marksOf } from "./interaction-context.js";
import { attributesOfMarks } from "./interaction-marks.js";

/**
 * A span processor of OpenTelemetry's SDK that puts what is known of the interaction on every span
 * started in it: user, session, feature, segment, variant, prompt and release. Other baggage is
 * never copied. A span's own attributes win.
 */
export class InteractionSpanProcessor {
  onStart(span: Span, parentContext: Context): void {
    copyMarks(span, parentContext);
  }

  onEnd(): void {}

  /** Sends feedback that waits, since an application that ends flushes its telemetry. */
  async forceFlush(): Promise<void> {
    await flushFeedback(2_000);
  }

  async shutdown(): Promise<void> {
    await flushFeedback();
  }
}

/** A log record of OpenTelemetry's SDK, as far as it is needed here. */
export interface MarkedLogRecord {
  setAttribute(key: string, value: string): unknown;
}

/** Does for log records what `InteractionSpanProcessor` does for spans. Put it before exporters. */
export class InteractionLogRecordProcessor {
  onEmit(record: MarkedLogRecord, context?: Context): void {
    if (context !== undefined) copyMarks(record, context);
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}

function copyMarks(target: MarkedLogRecord, source: Context): void {
  try {
    const present = (target as { readonly attributes?: Readonly<Record<string, unknown>> })
      .attributes;
    for (const [name, value] of Object.entries(attributesOfMarks(marksOf(source)))) {
      if (present?.[name] === undefined) target.setAttribute(name, value);
    }
  } catch {
    // A span without these is better than an application that fails over them.
  }
}
