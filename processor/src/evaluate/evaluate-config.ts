import { z } from "zod";
import { duration } from "../kernel/config-values.js";
import { canaryConfig } from "./canaries/canary-config.js";
import { evaluatorConfig } from "./evaluator-config.js";
import { modelConfig } from "./models/model-config.js";
import { qualityConfig, standardQuality } from "./quality/quality-config.js";
import { budgetConfig } from "./sampling/budget-config.js";

const characters = z.int().min(100).max(50_000);

const allowedNames =
  "names begin with a letter from a to z; up to 63 of a to z, 0 to 9, - and _ follow";

export const evaluateConfig = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe("Whether this service evaluates; another one on the same store may"),
  models: z
    .record(z.string().min(1, "a name has a character or more"), modelConfig)
    .default({})
    .describe(
      "Judge models by name; OPENAI_API_KEY or OPENAI_BASE_URL make the one named `default`",
    ),
  evaluators: z
    .record(z.string().regex(/^[a-z][a-z0-9_-]{0,63}$/, allowedNames), evaluatorConfig)
    .default({})
    .describe(
      "Changes to the standard evaluators (empty-answer, refusal, repetition, tool-call-validity, relevance, groundedness) and further ones by name: that of a check or a rubric switches it on",
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
      previous_output: characters.default(4_000).describe("The answer of the turn before"),
      tool_definitions: characters.default(12_000).describe("The tools that the model was offered"),
      tool_uses: characters.default(12_000).describe("All uses of tools together"),
      reference: characters.default(8_000).describe("The answer that a data set expects"),
      conversation: characters.default(24_000).describe("All turns of a conversation together"),
    })
    .prefault({})
    .describe("Most characters that a judge is shown of each part; the middle is left out beyond"),
  quality: qualityConfig
    .prefault(standardQuality)
    .describe(
      "What the composite quality of an interaction is made of: evaluators, and `feedback`, by name",
    ),
  canaries: canaryConfig
    .prefault({})
    .describe("Items whose verdict is known, with which the judges themselves are tried"),
  cache: z
    .strictObject({
      entries: z
        .int()
        .min(0)
        .max(1_000_000)
        .default(10_000)
        .describe("Most verdicts; 0 keeps none"),
      age: duration.default(86_400_000).describe("How long a verdict holds"),
    })
    .prefault({})
    .describe("Verdicts of judges that hold for the same material without another call"),
  judges_per_call: z
    .int()
    .min(1)
    .max(12)
    .default(4)
    .describe("Most judges of one model that are asked in one call; 1 asks each for itself"),
  conversation_idle: duration
    .default(900_000)
    .describe("How long a session rests before judges of conversations judge it"),
  poll: duration.default(500).describe("How often to look for new interactions"),
  reread: duration
    .default(60_000)
    .describe("How long interactions are looked for again, in case the store shows some late"),
});

export type EvaluateConfig = z.output<typeof evaluateConfig>;
