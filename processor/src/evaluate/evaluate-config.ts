import { z } from "zod";
import { duration } from "../kernel/config-values.js";
import { evaluatorConfig } from "./evaluator-config.js";
import { modelConfig } from "./models/model-config.js";
import { budgetConfig } from "./sampling/budget-config.js";

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
  budget: budgetConfig.prefault({}).describe("What all judges together may spend"),
  panel_share: z
    .number()
    .min(0)
    .max(1)
    .default(0.3)
    .describe("Part of a limited budget that is drawn uniformly; the rest prefers risky turns"),
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
