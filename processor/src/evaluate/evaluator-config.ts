import { z } from "zod";
import { cascadeConfig } from "./cascade/cascade-config.js";

/** Settings of one evaluator. */
export const evaluatorConfig = z.strictObject({
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
  cascade: cascadeConfig
    .optional()
    .describe("Several models instead of one, the next where one is not sure"),
  samples: z
    .int()
    .min(3)
    .max(5)
    .optional()
    .describe(
      "Verdicts, at temperature 1, of which a judge gives the mean where the model gives no log probabilities",
    ),
});

export type EvaluatorConfig = z.output<typeof evaluatorConfig>;
