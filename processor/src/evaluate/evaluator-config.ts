import { z } from "zod";

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
  check: z
    .string()
    .optional()
    .describe("Name of the check that runs under this name; its own name when left out"),
  options: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("Options of a check; each has its own, see docs/checks.md"),
});

export type EvaluatorConfig = z.output<typeof evaluatorConfig>;
