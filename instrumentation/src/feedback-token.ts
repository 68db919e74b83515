import { createHmac, randomBytes } from "node:crypto";
import type { FeedbackKind } from "./feedback-event.js";

/** What a token starts with: its format and the format's version. The service reads the same. */
const version = "cal1";

/** Fewer characters could be guessed. */
const shortestSecret = 32;

export interface FeedbackTokenOptions {
  /** Shared with the service (`receivers.feedback.tokens.secrets`); 32 characters or more. */
  readonly secret: string;
  /** The one interaction that the token is good for. */
  readonly interactionId: string;
  /** The kinds of feedback that it is good for. Default: all. */
  readonly kinds?: readonly FeedbackKind[] | undefined;
  /** Seconds until it expires. Default: 3,600. The service takes none that lasts over 24 hours. */
  readonly lifetime?: number | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly now?: number | undefined;
  readonly nonce?: string | undefined;
}

/**
 * A token that lets whoever holds it send feedback on one interaction, such as a browser:
 * `cal1.PAYLOAD.MAC`, both in base64url. PAYLOAD is JSON; MAC is HMAC-SHA256 of `cal1.PAYLOAD`.
 * @throws RangeError where the secret is too short
 */
export function createFeedbackToken(options: FeedbackTokenOptions): string {
  const { secret, interactionId, kinds, lifetime = 3_600, now = Date.now() } = options;
  if (secret.length < shortestSecret) {
    throw new RangeError(`a secret for feedback tokens needs ${shortestSecret} characters`);
  }
  const payload = {
    interaction_id: interactionId.toLowerCase(),
    ...(kinds === undefined ? {} : { kinds }),
    expires_at: Math.floor(now / 1_000) + lifetime,
    nonce: options.nonce ?? randomBytes(9).toString("base64url"),
  };
  const signed = `${version}.${Buffer.from(JSON.stringify(payload)).toString("base64url")}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

let warned = false;

/** `CALIBRANT_FEEDBACK_SECRET`; undefined without it, and where it is too short to be one. */
export function secretFromEnvironment(): string | undefined {
  const secret = process.env["CALIBRANT_FEEDBACK_SECRET"] ?? "";
  if (secret.length >= shortestSecret) return secret;
  if (secret !== "" && !warned) {
    warned = true;
    process.emitWarning(
      `CALIBRANT_FEEDBACK_SECRET has fewer than ${shortestSecret} characters: no feedback tokens are made`,
      { code: "CALIBRANT_FEEDBACK_SECRET" },
    );
  }
  return undefined;
}
