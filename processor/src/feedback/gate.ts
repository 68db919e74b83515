import { CalibrantError } from "../kernel/errors.js";
import type { Feedback } from "../model/feedback.js";
import type { FeedbackSender } from "../model/ports.js";
import type { FeedbackConfig } from "./feedback-config.js";
import type { FeedbackEvent } from "./feedback-event.js";
import { RateLimit } from "./rate-limit.js";
import { checkTokens, missingToken } from "./token-gate.js";

export interface Visit {
  readonly source: Feedback["source"];
  readonly sender: FeedbackSender;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

export interface Gate {
  /**
   * What can be said before the events are looked at.
   * @throws CalibrantError RATE_LIMITED or FEEDBACK_TOKEN_MISSING
   */
  enter(body: unknown, visit: Visit): void;
  /** @throws CalibrantError RATE_LIMITED, FEEDBACK_TOKEN_MISSING, _INVALID, _EXPIRED or _MISMATCH */
  check(events: readonly FeedbackEvent[], visit: Visit): void;
}

/** Web pages and senders without an API key are strangers: they need tokens, and patience. */
export function createGate(config: FeedbackConfig): Gate {
  const { secrets, required_from_browsers: requiredFromBrowsers } = config.tokens;
  const addresses = new RateLimit(config.rates.per_address);
  const interactions = new RateLimit(config.rates.per_interaction);
  const needsToken = ({ source, sender }: Visit): boolean =>
    secrets.length > 0 && (!sender.admitted || (source === "browser" && requiredFromBrowsers));

  return {
    enter: (body, visit) => {
      if (!isStranger(visit)) return;
      if (!addresses.take(visit.sender.address, visit.now)) {
        throw limited(`over ${config.rates.per_address} requests in a minute of one address`);
      }
      if (needsToken(visit) && !hasToken(body)) throw missingToken();
    },
    check: (events, visit) => {
      checkTokens(events, config, { required: needsToken(visit), now: visit.now });
      if (!isStranger(visit)) return;
      for (const target of new Set(events.map(targetOf))) {
        if (!interactions.take(target, visit.now)) {
          throw limited(
            `over ${config.rates.per_interaction} requests in a minute about one interaction`,
          );
        }
      }
    },
  };
}

function isStranger({ source, sender }: Visit): boolean {
  return source === "browser" || !sender.admitted;
}

function hasToken(body: unknown): boolean {
  const events: readonly unknown[] = Array.isArray(body) ? body : [body];
  return events.some((event) => Boolean((event as { readonly token?: unknown } | null)?.token));
}

function targetOf(event: FeedbackEvent): string {
  return event.trace_id || event.interaction_id?.slice(0, 32) || (event.response_id ?? "");
}

function limited(what: string): CalibrantError {
  return new CalibrantError("RATE_LIMITED", `${what}; see receivers.feedback.rates`, {
    retryable: true,
  });
}
