import { z } from "zod";
import { duration } from "../kernel/config-values.js";

const dollarsPerMillion = z.number().nonnegative();

const modelConfig = z.strictObject({
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

const evaluatorConfig = z.strictObject({
  enabled: z.boolean().default(true).describe("Whether the evaluator runs"),
  sample: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe("Share of the conversations that it judges, above 0 and up to 1"),
  rubric: z
    .string()
    .optional()
    .describe("Name of the rubric that a judge uses; its own name when left out"),
  model: z
    .string()
    .optional()
    .describe("Name of the model that a judge asks; `default` when left out"),
});

const characters = z.int().min(100).max(50_000);

export const evaluateConfig = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe("Whether this service evaluates; another one on the same store may"),
  models: z
    .record(z.string().min(1), modelConfig)
    .default({})
    .describe(
      "Judge models by name; OPENAI_API_KEY or OPENAI_BASE_URL make the one named `default`",
    ),
  evaluators: z
    .record(z.string().regex(/^[a-z][a-z0-9_-]{0,63}$/), evaluatorConfig)
    .default({})
    .describe(
      "Changes to the standard evaluators (empty-answer, refusal, repetition, relevance, groundedness) and further judges by name",
    ),
  rubrics: z
    .array(z.string().min(1))
    .default([])
    .describe("More rubric files, or folders of them, beside the standard ones"),
  daily_budget_usd: z
    .number()
    .nonnegative()
    .nullable()
    .default(null)
    .describe("Most US dollars that all judges together may spend on a UTC day; null for no limit"),
  sampling_salt: z
    .string()
    .default("calibrant")
    .describe("Changes which conversations are drawn; keep it, or samples of two periods differ"),
  judged_characters: z
    .strictObject({
      input_text: characters.default(8_000),
      output_text: characters.default(8_000),
      system_text: characters.default(4_000),
      context: characters.default(24_000).describe("All retrieved documents together"),
    })
    .prefault({})
    .describe("Most characters that a judge is shown of each part; the middle is left out beyond"),
  poll: duration.default(500).describe("How often to look for new interactions"),
  reread: duration
    .default(60_000)
    .describe("How long interactions are looked for again, in case the store shows some late"),
});

export type EvaluateConfig = z.output<typeof evaluateConfig>;
export type ModelConfig = z.output<typeof modelConfig>;
export type EvaluatorConfig = z.output<typeof evaluatorConfig>;
