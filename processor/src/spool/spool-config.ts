import { z } from "zod";
import { byteSize, duration } from "../kernel/config-values.js";

export const spoolConfig = z.strictObject({
  quota: byteSize
    .default(4 * 1024 ** 3)
    .describe("Most bytes that may wait for the store; beyond it requests are answered with 503"),
  dead_letter_quota: byteSize
    .default(1024 ** 3)
    .describe(
      "Most bytes of rows that the store refused; beyond it loading waits until some are replayed or dropped",
    ),
  throttle_at: z
    .number()
    .gt(0)
    .max(1)
    .default(0.8)
    .describe("Share of the quota from which senders are asked to wait"),
  segment_size: byteSize
    .default(28 * 1024 ** 2)
    .describe("A segment of this size is closed and loaded; a little less than `load_size`"),
  segment_age: duration.default(1_000).describe("A segment of this age is closed and loaded"),
  load_size: byteSize
    .default(32 * 1024 ** 2)
    .describe("Most bytes in one insert; waiting segments keep theirs"),
  load_rows: z
    .int()
    .min(1)
    .max(10_000_000)
    .default(100_000)
    .describe("Most rows in one insert; waiting segments keep theirs"),
  poll_interval: duration
    .default(100)
    .describe("How often the loader looks for a closed segment when it has nothing to do"),
  stop_timeout: duration
    .default(5_000)
    .describe("How long the loader goes on when the service stops; the rest is loaded next time"),
});

export type SpoolConfig = z.output<typeof spoolConfig>;
