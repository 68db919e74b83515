import type { InteractionReference } from "@calibrant/instrumentation";

/** The feedback events of the demo, in the form of `POST /v1/feedback`. */
export type FeedbackEvent = Readonly<Record<string, string | number>>;

const praise = ["Exactly what I needed.", "Quick and clear, thanks!", "That helped."] as const;

const complaints = [
  "That is not what your policy page says.",
  "Great, another wrong answer.",
  "This does not answer my question.",
  "I was told something else last week.",
] as const;

/**
 * What a customer says about an answer: most say nothing, the unhappy speak up more often, and
 * some judge the other way round than one would expect.
 * @param random numbers in [0, 1)
 */
export function reactions(
  { traceId, spanId }: InteractionReference,
  userId: string,
  right: boolean,
  random: () => number,
): readonly FeedbackEvent[] {
  const target = { trace_id: traceId, span_id: spanId, user_id: userId };
  const event = (kind: string, fields: FeedbackEvent): FeedbackEvent => ({
    ...target,
    kind,
    ...fields,
    idempotency_key: `${traceId}-${kind}`,
  });
  const happy = random() < (right ? 0.9 : 0.12);
  const events: FeedbackEvent[] = [];
  if (random() < (happy ? 0.22 : 0.4)) events.push(event("thumbs", { value: happy ? 1 : -1 }));
  if (random() < 0.08) {
    const stars = happy ? 4 + Math.round(random()) : 1 + Math.round(random());
    events.push(event("rating", { value: stars, max: 5 }));
  }
  if (random() < (happy ? 0.03 : 0.15)) {
    const choices = happy ? praise : complaints;
    const comment = choices[Math.floor(random() * choices.length)] ?? choices[0];
    events.push(event("comment", { comment }));
  }
  return events;
}

export function retried({ traceId, spanId }: InteractionReference, userId: string): FeedbackEvent {
  const target = { trace_id: traceId, span_id: spanId, user_id: userId };
  return { ...target, kind: "retry", idempotency_key: `${traceId}-retry` };
}

/** Sends feedback. Feedback that is refused or not reached is lost: a shop does not stop for it. */
export async function sendFeedback(
  url: string,
  events: readonly FeedbackEvent[],
): Promise<boolean> {
  if (events.length === 0) return true;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(events),
      signal: AbortSignal.timeout(5_000),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
