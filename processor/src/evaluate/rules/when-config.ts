import { z } from "zod";

const patterns = z.union([z.string(), z.array(z.string()).min(1).max(200)]);

/** For which interactions an evaluator is meant: those that meet every condition. */
export const whenConfig = z.strictObject({
  service: patterns.optional().describe("Name of the service, or several; `*` stands for any text"),
  environment: patterns.optional().describe("Environment, such as production"),
  feature: patterns.optional().describe("Feature of the application"),
  agent: patterns.optional().describe("Name of the agent"),
  operation: patterns.optional().describe("Operation, such as chat or invoke_agent"),
  release: patterns.optional().describe("Release of the application"),
  user_segment: patterns.optional().describe("Segment of users"),
  variant: patterns.optional().describe("Variant of an experiment"),
  has_context: z.boolean().optional().describe("Whether documents were retrieved"),
  has_tools: z.boolean().optional().describe("Whether tools were used"),
  status: z.enum(["ok", "error"]).optional().describe("Whether the interaction failed"),
  filter: z
    .string()
    .optional()
    .describe('Expression over the fields of an interaction, such as `feature in ["search"]`'),
});

export type WhenConfig = z.output<typeof whenConfig>;
