import { context, trace } from "@opentelemetry/api";
import { interactionOf, marksOf } from "./interaction-context.js";

export type FeedbackKind =
  | "thumbs"
  | "rating"
  | "choice"
  | "comment"
  | "correction"
  | "copy"
  | "edit"
  | "retry"
  | "abandon"
  | "follow_up"
  | "dwell"
  | "escalation";

/** What a user said or did about an answer. */
export interface FeedbackOptions {
  readonly kind: FeedbackKind;
  /** Thumbs: -1 or 1. Rating: a number. Choice: text. Dwell: milliseconds. */
  readonly value?: number | string | undefined;
  /** The highest value that a rating could have had. */
  readonly max?: number | undefined;
  /** A comment, or the corrected answer of a correction. */
  readonly comment?: string | undefined;
  /** Default: the user of the interaction that the calling code runs in. */
  readonly userId?: string | undefined;
  /** What the feedback is about. Default: the interaction, else the trace, of the calling code. */
  readonly interactionId?: string | undefined;
  readonly traceId?: string | undefined;
  readonly spanId?: string | undefined;
  /** The id that the model's API gave to its answer. */
  readonly responseId?: string | undefined;
  /** Default: now. A number is milliseconds since the Unix epoch. */
  readonly occurredAt?: Date | number | undefined;
  /** Equal for repetitions of one event. Default: a new one. */
  readonly idempotencyKey?: string | undefined;
}

/** JSON of one event of `POST /v1/feedback`; undefined where nothing says what it is about. */
export function encodeFeedback(options: FeedbackOptions, newKey: string): string | undefined {
  const target = targetOf(options);
  if (target === undefined) return undefined;
  const { kind, value, max, comment, userId, occurredAt, idempotencyKey } = options;
  return JSON.stringify({
    ...target,
    kind,
    value,
    max,
    comment,
    user_id: userId ?? marksOf(context.active()).userId,
    occurred_at: new Date(occurredAt ?? Date.now()).toISOString(),
    idempotency_key: idempotencyKey ?? newKey,
  });
}

type Target = Readonly<Record<string, string | undefined>>;

/**
 * An interaction is named by its trace and span, too: its root may be a span in front of the one
 * that `withInteraction` made, such as a web server's, and is found by the trace then.
 */
function targetOf(options: FeedbackOptions): Target | undefined {
  const { interactionId, traceId, spanId, responseId } = options;
  if (interactionId !== undefined) return { ...targetOfId(interactionId), response_id: responseId };
  if (traceId !== undefined || responseId !== undefined) {
    return { trace_id: traceId, span_id: spanId, response_id: responseId };
  }
  const active = context.active();
  const found = interactionOf(active);
  if (found !== undefined) return targetOfId(`${found.traceId}-${found.spanId}`);
  const span = trace.getSpanContext(active);
  return span === undefined ? undefined : { trace_id: span.traceId, span_id: span.spanId };
}

function targetOfId(interactionId: string): Target {
  const [traceId, spanId] = interactionId.split("-");
  return { interaction_id: interactionId, trace_id: traceId, span_id: spanId };
}
