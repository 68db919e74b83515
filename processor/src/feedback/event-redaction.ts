import type { Redactor } from "../model/ports.js";
import type { FeedbackEvent } from "./feedback-event.js";

/**
 * The event without what the redactor takes out of its texts. Users and responses are redacted as
 * in telemetry, so that both still meet. The feedback's id is made from what is left: it gives
 * nothing away about the rest.
 */
export function redactEvent(event: FeedbackEvent, redactor: Redactor): FeedbackEvent {
  const redacted = (text: string): string => redactor.text(text);
  return {
    ...event,
    ...(typeof event.value === "string" ? { value: redacted(event.value) } : {}),
    ...(event.comment ? { comment: redacted(event.comment) } : {}),
    ...(event.user_id ? { user_id: redacted(event.user_id) } : {}),
    ...(event.response_id ? { response_id: redacted(event.response_id) } : {}),
    ...(event.idempotency_key ? { idempotency_key: redacted(event.idempotency_key) } : {}),
  };
}
