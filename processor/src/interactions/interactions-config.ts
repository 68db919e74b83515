import { z } from "zod";
import { byteSize, duration } from "../kernel/config-values.js";

const price = z.number().min(0);

export const interactionsConfig = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe("Whether this service assembles interactions; another one on the same store may"),
  poll_interval: duration
    .default(500)
    .describe("How long to rest when nothing has arrived in the store"),
  settle_after: duration
    .default(2_000)
    .describe("A trace whose root has arrived is assembled after so long without new rows"),
  settle_without_root: duration
    .default(30_000)
    .describe("The same for a trace whose root has not arrived; it is marked as incomplete"),
  longest_wait: duration
    .default(600_000)
    .describe("A trace that never comes to rest is assembled after so long, as incomplete"),
  arrival_overlap: duration
    .default(30_000)
    .describe("How late an insert may become visible in the store and still be noticed"),
  look_back: duration
    .default(86_400_000)
    .describe("With receivers.source clickhouse: how old spans may be that the first start finds"),
  page_size: z.int().min(1).max(100_000).default(5_000).describe("Arrivals that are read at once"),
  batch_traces: z
    .int()
    .min(1)
    .max(10_000)
    .default(1_500)
    .describe("Traces that are assembled and written at once, at most"),
  batch_rows: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(10_000)
    .describe("Spans and log records that are read at once, at most (one trace may have more)"),
  longest_queue: z
    .int()
    .min(100)
    .default(200_000)
    .describe("Traces that may wait to settle; beyond it the oldest are assembled early"),
  content_limit: byteSize
    .default(64 * 1024)
    .describe("Most characters of one stored text; longer ones are cut in the middle"),
  prices: z
    .array(
      z.strictObject({
        providers: z
          .array(z.string())
          .default([])
          .describe("Providers as the conventions name them; empty for any"),
        models: z.array(z.string().min(1)).min(1).describe("Model names; * for any characters"),
        input: price.describe("US dollars per million input tokens"),
        cached_input: price
          .optional()
          .describe("The same for cached ones; the input price if absent"),
        cache_write: price.optional().describe("The same for writing the cache"),
        output: price.describe("US dollars per million output tokens"),
        reasoning: price.optional().describe("The same for reasoning; the output price if absent"),
        tiers: z
          .record(z.string(), z.number().nonnegative())
          .default({})
          .describe("Factors on these prices by service tier, such as batch: 0.5"),
      }),
    )
    .default([])
    .describe("Prices that are looked up before those that come with Calibrant"),
});

export type InteractionsConfig = z.output<typeof interactionsConfig>;
