import { z } from "zod";
import { budgetConfig } from "./sampling/budget-config.js";

/** Settings of one evaluator. */
export const evaluatorConfig = z.strictObject({
  enabled: z.boolean().default(true).describe("Whether the evaluator runs"),
  sample: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe("Share of the conversations that it judges at most, above 0 and up to 1"),
  budget: budgetConfig.prefault({}).describe("What this judge may spend, within that of all"),
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
