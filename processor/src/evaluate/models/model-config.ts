import { z } from "zod";
import { byteSize, duration } from "../../kernel/config-values.js";

const dollarsPerMillion = z.number().nonnegative();

const circuitConfig = z.strictObject({
  failures: z
    .int()
    .min(1)
    .max(1_000)
    .default(10)
    .describe(
      "Failures in a row that may pass (429, 5xx, no answer), or texts in a row that are refused with 403, after which calls are kept back",
    ),
  cool_down: duration.default(30_000).describe("How long, until one call is let through to try"),
  refused_cool_down: duration
    .default(300_000)
    .describe("The same after the provider has refused the key or the account"),
  longest_wait: duration
    .default(3_600_000)
    .describe("How long an evaluation waits for the provider before it fails"),
});

const batchConfig = z.strictObject({
  requests: z.int().min(1).max(50_000).default(1_000).describe("Most questions in one batch"),
  size: byteSize
    .refine((bytes) => bytes >= 1_024 ** 2 && bytes <= 190 * 1_024 ** 2, "expected 1MiB to 190MiB")
    .default(64 * 1_024 ** 2)
    .describe("Largest batch; one more question than fits begins the next"),
  wait: duration.default(600_000).describe("Longest time that a question waits for its batch"),
  poll: duration.default(120_000).describe("Longest time between two looks at a batch"),
  open: z
    .int()
    .min(1)
    .max(100_000)
    .default(10_000)
    .describe("Most evaluations, held in memory, that wait for answers at once"),
  price: z.number().min(0).max(1).default(0.5).describe("Part of the price that a batch costs"),
});

/** Settings of one judge model. */
export const modelConfig = z.strictObject({
  base_url: z
    .url({ protocol: /^https?$/ })
    .default("https://api.openai.com/v1")
    .describe("Address of an OpenAI-compatible API; calls never leave its origin"),
  api_key: z.string().default("").describe("Key for that address; empty sends none"),
  headers: z
    .record(z.string().regex(/^[A-Za-z0-9-]+$/), z.string())
    .default({})
    .describe("More headers for every call, such as those of a gateway"),
  model: z.string().min(1).default("gpt-4o-mini").describe("Name of the model at that address"),
  price: z
    .strictObject({
      input: dollarsPerMillion.describe("US dollars per million input tokens"),
      output: dollarsPerMillion.describe("US dollars per million output tokens"),
      cached_input: dollarsPerMillion
        .optional()
        .describe("US dollars per million input tokens read from the provider's cache"),
    })
    .optional()
    .describe("What the model costs; without it the cost is unknown, not zero"),
  timeout: duration.default(30_000).describe("How long one call may take"),
  concurrency: z.int().min(1).max(1_024).default(8).describe("Calls under way at the same time"),
  requests_per_minute: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe("Most calls in a minute, evenly spread; null for no limit"),
  tokens_per_minute: z
    .int()
    .min(1_000)
    .nullable()
    .default(null)
    .describe("Most tokens of questions and answers in a minute; null for no limit"),
  retries: z
    .int()
    .min(0)
    .max(10)
    .default(2)
    .describe("Further attempts after a failure that may pass"),
  longest_wait: duration
    .default(20_000)
    .describe(
      "Longest wait before a further attempt; a server that asks for more is not waited for",
    ),
  circuit: circuitConfig
    .prefault({})
    .describe("When calls to a provider that fails are kept back; they wait meanwhile"),
  batch: batchConfig
    .prefault({})
    .describe("How the evaluators with `batch: true` are asked, through the batch API"),
  log_probabilities: z
    .enum(["auto", "off"])
    .default("auto")
    .describe(
      "Whether to ask how probable each verdict was; servers that refuse are not asked again",
    ),
  temperature: z
    .number()
    .min(0)
    .max(2)
    .nullable()
    .default(0)
    .describe("Sampling temperature; null leaves it to the server"),
  max_output_tokens: z
    .int()
    .min(64)
    .max(100_000)
    .default(1_024)
    .describe("Most tokens that a judge may answer with, its reasoning included"),
});

export type ModelConfig = z.output<typeof modelConfig>;
