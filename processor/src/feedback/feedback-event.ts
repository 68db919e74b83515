import { z } from "zod";
import { feedbackKinds } from "../model/feedback.js";
import type { FeedbackConfig } from "./feedback-config.js";

/** Absent, null or the thing itself: clients write a field that they do not have in either way. */
function maybe<Schema extends z.ZodType>(schema: Schema): z.ZodOptional<z.ZodNullable<Schema>> {
  return schema.nullish();
}

function identifier(pattern: RegExp, message: string): z.ZodType<string> {
  return z
    .string(message)
    .regex(pattern, message)
    .refine((id) => !/^[0-]*$/.test(id), "must not be all zeros")
    .transform((id) => id.toLowerCase());
}

function text(most: number): z.ZodType<string> {
  return z
    .string("expected text")
    .min(1, "must not be empty")
    .max(most, `is longer than ${most} characters`);
}

function textOfBytes(most: number): z.ZodType<string> {
  return z
    .string("expected text")
    .refine((value) => Buffer.byteLength(value) <= most, `is longer than ${most} bytes`);
}

const kinds = `expected one of ${feedbackKinds.join(", ")}`;
const valueType = "expected a number or text";
const time =
  "expected an ISO 8601 time with its zone, such as 2026-05-09T07:30:00Z, or milliseconds since 1970";

/** What one event may consist of, each field by itself; how they go together is `event-rules.ts`. */
export function feedbackEvent(config: FeedbackConfig) {
  return z.strictObject(
    {
      interaction_id: maybe(
        identifier(
          /^[0-9a-fA-F]{32}-[0-9a-fA-F]{16}$/,
          "expected a trace id of 32 and a span id of 16 hexadecimal digits, joined by a hyphen",
        ),
      ),
      trace_id: maybe(identifier(/^[0-9a-fA-F]{32}$/, "expected 32 hexadecimal digits")),
      span_id: maybe(identifier(/^[0-9a-fA-F]{16}$/, "expected 16 hexadecimal digits")),
      response_id: maybe(text(256)),
      kind: z.enum(feedbackKinds, kinds),
      value: maybe(z.union([z.number(), z.string()], valueType)),
      max: maybe(z.number("expected a number")),
      comment: maybe(textOfBytes(config.max_comment_size)),
      user_id: maybe(text(256)),
      occurred_at: maybe(
        z.union([z.iso.datetime({ offset: true, error: time }), z.int(time)], time),
      ),
      idempotency_key: maybe(text(200)),
      token: maybe(text(4_096)),
    },
    "expected an object",
  );
}

export type FeedbackEvent = z.output<ReturnType<typeof feedbackEvent>>;
