import { z } from "zod";
import { byteSize, duration } from "../kernel/config-values.js";

export const feedbackConfig = z.strictObject({
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
});

export type FeedbackConfig = z.output<typeof feedbackConfig>;
