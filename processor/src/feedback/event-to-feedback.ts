import { createHash } from "node:crypto";
import type { Feedback } from "../model/feedback.js";
import type { FeedbackEvent } from "./feedback-event.js";

/**
 * The row of a checked event. An interaction is named by its trace and span as well: an application
 * knows the span that it opened, whose interaction may have its root in front of that, such as a
 * web server's span, and is found by the trace then.
 */
export function toFeedback(
  event: FeedbackEvent,
  context: { readonly receivedAt: number; readonly source: Feedback["source"] },
): Feedback {
  const { receivedAt, source } = context;
  const [traceId = "", spanId = ""] = event.interaction_id?.split("-") ?? [];
  return {
    feedback_id: feedbackId(event),
    received_at: receivedAt,
    occurred_at: timeOf(event) ?? receivedAt,
    interaction_id: event.interaction_id ?? "",
    trace_id: event.trace_id ?? traceId,
    span_id: event.span_id ?? spanId,
    response_id: event.response_id ?? "",
    kind: event.kind,
    value: typeof event.value === "number" ? event.value : null,
    value_max: event.max ?? null,
    choice: typeof event.value === "string" ? event.value : "",
    comment: event.comment ?? "",
    user_id: event.user_id ?? "",
    source,
  };
}

/**
 * The same event has the same id however often it is sent. An idempotency key holds for one kind,
 * target and user, so that a key that counts up from 1 in every session cannot hide the feedback
 * of another. Without a key the content decides: two equal events without `occurred_at` are one.
 */
function feedbackId(event: FeedbackEvent): string {
  const scope = [
    event.kind,
    event.interaction_id,
    event.trace_id,
    event.span_id,
    event.response_id,
    event.user_id,
  ];
  const identity = event.idempotency_key
    ? ["key", ...scope, event.idempotency_key]
    : ["content", ...scope, event.value, event.max, event.comment, timeOf(event)];
  return createHash("sha256").update(JSON.stringify(identity)).digest("hex").slice(0, 32);
}

function timeOf(event: FeedbackEvent): number | undefined {
  const { occurred_at: time } = event;
  return typeof time === "string" ? Date.parse(time) : (time ?? undefined);
}
