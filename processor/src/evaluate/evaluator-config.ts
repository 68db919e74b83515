import { z } from "zod";
import { cascadeConfig } from "./cascade/cascade-config.js";
import { byteSize, duration } from "../kernel/config-values.js";
import { whenConfig } from "./rules/when-config.js";
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
  when: whenConfig.optional().describe("For which interactions it is meant; for all when left out"),
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
  batch: z
    .boolean()
    .optional()
    .describe(
      "Whether a judge asks through the batch API of its model: cheaper, and hours later; false when left out",
    ),
  module: z
    .string()
    .min(1)
    .optional()
    .describe("File of an evaluator of your own, JavaScript or TypeScript"),
  options: z
    .record(z.string(), z.unknown())
    .optional()
    .describe(
      "Options of a check (docs/checks.md), or what a module is given beside the interaction",
    ),
  timeout: duration
    .refine((milliseconds) => milliseconds >= 1 && milliseconds <= 600_000, "expected 1ms to 10m")
    .optional()
    .describe("Longest time that a module may take over an interaction; 1s when left out"),
  memory: byteSize
    .refine((bytes) => bytes >= 16 * 1024 ** 2, "expected at least 16MiB")
    .optional()
    .describe("Objects that each thread of a module may hold; 128MiB when left out"),
  threads: z
    .int()
    .min(1)
    .max(8)
    .optional()
    .describe("Interactions that a module may be asked about at once; 1 when left out"),
  together: z
    .boolean()
    .default(true)
    .describe("Whether a judge may be asked in one call with others of its model"),
  check: z
    .string()
    .optional()
    .describe("Name of the check that runs under this name; its own name when left out"),
});

export type EvaluatorConfig = z.output<typeof evaluatorConfig>;
