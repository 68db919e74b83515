import { z } from "zod";
import { whenConfig } from "./rules/when-config.js";

/** Settings of one evaluator. */
export const evaluatorConfig = z.strictObject({
  enabled: z.boolean().default(true).describe("Whether the evaluator runs"),
  sample: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe("Share of the conversations that it judges, above 0 and up to 1"),
  when: whenConfig.optional().describe("For which interactions it is meant; for all when left out"),
  rubric: z
    .string()
    .optional()
    .describe("Name of the rubric that a judge uses; its own name when left out"),
  model: z
    .string()
    .optional()
    .describe("Name of the model that a judge asks; `default` when left out"),
});

export type EvaluatorConfig = z.output<typeof evaluatorConfig>;
