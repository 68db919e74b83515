import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { CalibrantError } from "../kernel/errors.js";
import { feedbackKinds, type FeedbackKind } from "../model/feedback.js";

/** What a genuine token allows: feedback on one interaction. */
export interface TokenClaims {
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined: every kind. */
  readonly kinds: readonly FeedbackKind[] | undefined;
}

export interface TokenChecks {
  /** Any of these may have signed it, so that a new one can be brought in before the old one goes. */
  readonly secrets: readonly string[];
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** Milliseconds by which the clock of whoever made it may be fast. */
  readonly skew: number;
}

/** Milliseconds: a token that leaks is of no use the day after. */
const longestLife = 24 * 3_600_000;

const payloadSchema = z.object({
  interaction_id: z.string().regex(/^[0-9a-f]{32}-[0-9a-f]{16}$/),
  kinds: z.array(z.enum(feedbackKinds)).optional(),
  /** Seconds since the Unix epoch. */
  expires_at: z.int(),
  nonce: z.string().min(1).max(64),
});

/**
 * Reads `cal1.PAYLOAD.MAC`, where MAC is HMAC-SHA256 of `cal1.PAYLOAD`, both in base64url. Nothing
 * of the payload is looked at before the signature is found to be right.
 * @throws CalibrantError FEEDBACK_TOKEN_INVALID or FEEDBACK_TOKEN_EXPIRED
 */
export function readToken(token: string, { secrets, now, skew }: TokenChecks): TokenClaims {
  const [, signed = "", payload = "", mac = ""] =
    /^(cal1\.([\w-]{1,2048}))\.([\w-]{43})$/.exec(token) ?? [];
  if (!isSigned(signed, mac, secrets)) {
    throw invalid(
      signed === ""
        ? "is not of the form cal1.PAYLOAD.MAC"
        : "is not signed with a secret of receivers.feedback.tokens.secrets",
    );
  }
  const parsed = payloadSchema.safeParse(parseJson(Buffer.from(payload, "base64url").toString()));
  if (!parsed.success) {
    throw invalid(
      "needs interaction_id, expires_at and nonce, and known kinds where it names some",
    );
  }
  const { interaction_id: id, kinds, expires_at: seconds } = parsed.data;
  const expiry = seconds * 1_000;
  if (expiry <= now) {
    throw new CalibrantError(
      "FEEDBACK_TOKEN_EXPIRED",
      `token: expired at ${new Date(Math.max(expiry, 0)).toISOString()}; ask the application for a new one`,
    );
  }
  if (expiry > now + longestLife + skew) throw invalid("lasts for more than 24 hours");
  return { traceId: id.slice(0, 32), spanId: id.slice(33), kinds };
}

/** Takes the same time wherever the secret stands and however much of the signature is right. */
function isSigned(signed: string, mac: string, secrets: readonly string[]): boolean {
  const given = Buffer.from(mac, "base64url");
  let genuine = false;
  for (const secret of secrets) {
    const own = createHmac("sha256", secret).update(signed).digest();
    if (given.length === own.length && timingSafeEqual(own, given)) genuine = true;
  }
  return genuine;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function invalid(message: string): CalibrantError {
  return new CalibrantError("FEEDBACK_TOKEN_INVALID", `token: ${message}`);
}
