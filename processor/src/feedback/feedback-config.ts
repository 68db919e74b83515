import { z } from "zod";
import { byteSize, duration } from "../kernel/config-values.js";

const origin = z
  .string()
  .refine(
    (text) => URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text,
    "expected an origin as browsers send it, such as https://app.example.com",
  );

const tokens = z.strictObject({
  secrets: z
    .array(z.string().min(32, "needs 32 characters or more").max(512))
    .max(10)
    .default([])
    .describe(
      "What feedback tokens are signed with (HMAC-SHA256), the same as CALIBRANT_FEEDBACK_SECRET of the application; each of them is taken, so that a new one can be brought in before the old one goes",
    ),
  required_from_browsers: z
    .boolean()
    .default(true)
    .describe("Whether events from web pages need a token, once there are secrets"),
});

const rates = z.strictObject({
  per_address: z
    .int()
    .min(1)
    .default(10)
    .describe("Requests from web pages, or without an API key, in a minute and of one address"),
  per_interaction: z
    .int()
    .min(1)
    .default(5)
    .describe("Such requests in a minute about one interaction"),
  address_header: z
    .string()
    .regex(/^[\w-]{1,64}$/, "expected the name of a header")
    .optional()
    .describe(
      "Header in which a proxy in front names the client's address, such as x-forwarded-for; its last entry counts",
    ),
});

export const feedbackConfig = z
  .strictObject({
    max_events: z
      .int()
      .min(1)
      .max(100_000)
      .default(1_000)
      .describe("Most feedback events in one request"),
    max_comment_size: byteSize
      .default(8 * 1024)
      .describe("Largest comment or corrected answer, in bytes of UTF-8"),
    max_clock_skew: duration
      .default(300_000)
      .describe("How far in the future `occurred_at` may lie, for clients whose clocks are fast"),
    allowed_origins: z
      .array(origin)
      .max(100)
      .default([])
      .describe("Origins of web pages on other hosts that may send feedback"),
    tokens: tokens.prefault({}),
    rates: rates.prefault({}),
  })
  .superRefine(
    ({ allowed_origins: origins, tokens: { secrets, required_from_browsers } }, context) => {
      if (origins.length === 0 || secrets.length > 0 || !required_from_browsers) return;
      context.addIssue({
        code: "custom",
        path: ["tokens", "secrets"],
        message:
          "pages of allowed_origins need tokens, and so a secret; or set required_from_browsers: false",
      });
    },
  );

export type FeedbackConfig = z.output<typeof feedbackConfig>;
