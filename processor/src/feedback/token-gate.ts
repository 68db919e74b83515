import { CalibrantError } from "../kernel/errors.js";
import type { FeedbackConfig } from "./feedback-config.js";
import type { FeedbackEvent } from "./feedback-event.js";
import { readToken, type TokenClaims } from "./feedback-token.js";

export interface TokenGate {
  /** Whether nothing is let in without a token. */
  readonly required: boolean;
  readonly now: number;
}

/**
 * Every event must be about the interaction that its token was made for. A token that is not asked
 * for is checked all the same, as far as there are secrets.
 * @throws CalibrantError FEEDBACK_TOKEN_MISSING, _INVALID, _EXPIRED or _MISMATCH
 */
export function checkTokens(
  events: readonly FeedbackEvent[],
  config: FeedbackConfig,
  { required, now }: TokenGate,
): void {
  const { secrets } = config.tokens;
  if (secrets.length === 0) return;
  const known = new Map<string, TokenClaims>();
  for (const event of events) {
    const { token } = event;
    if (!token) {
      if (required) throw missingToken();
      continue;
    }
    const claims =
      known.get(token) ?? readToken(token, { secrets, now, skew: config.max_clock_skew });
    known.set(token, claims);
    const mismatch = mismatchOf(event, claims, required);
    if (mismatch !== undefined) throw new CalibrantError("FEEDBACK_TOKEN_MISMATCH", mismatch);
  }
}

export function missingToken(): CalibrantError {
  return new CalibrantError(
    "FEEDBACK_TOKEN_MISSING",
    "token: is needed here, one for each event; currentInteraction() of @calibrant/instrumentation makes it",
  );
}

function mismatchOf(
  event: FeedbackEvent,
  { traceId, spanId, kinds }: TokenClaims,
  required: boolean,
): string | undefined {
  if (event.interaction_id && event.interaction_id !== `${traceId}-${spanId}`) {
    return "interaction_id: is not the one that the token was made for";
  }
  if (event.trace_id && event.trace_id !== traceId) {
    return "trace_id: is not the one that the token was made for";
  }
  if (event.span_id && event.span_id !== spanId) {
    return "span_id: is not the one that the token was made for";
  }
  if (!event.interaction_id && !event.trace_id) {
    return "response_id: a token is made for an interaction; name that, or its trace";
  }
  if (kinds !== undefined && !kinds.includes(event.kind)) {
    return `kind: the token allows ${kinds.join(", ")}`;
  }
  // Whoever needs a token is not trusted to say who he is.
  if (required && event.user_id)
    return "user_id: is not taken with a token; the interaction has its user";
  if (required && event.response_id) return "response_id: is not taken with a token";
  return undefined;
}
