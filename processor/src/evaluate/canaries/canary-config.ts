import { z } from "zod";
import { duration } from "../../kernel/config-values.js";
import { toolUse, turn } from "../judges/rubric-config.js";

const text = z.string().default("");

/** The form of one line of a gold set. */
export const goldItem = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9._-]{1,100}$/, "expected a name such as wrong-number"),
  label: z.string().min(1).describe("The verdict that an expert gave, a label of the scale"),
  attack: z
    .boolean()
    .default(false)
    .describe("Whether the text tries to talk the judge into a better verdict"),
  input_text: text,
  output_text: text,
  system_text: text,
  previous_output: text,
  context: z.array(z.string()).default([]),
  tool_definitions: text,
  tool_uses: z.array(toolUse).default([]),
  reference: z.string().optional().describe("What the answer should have been"),
  conversation: z.array(turn).optional().describe("The turns of a session, oldest first"),
});

/** One line of a data set with which a rubric is tried: it may lack a name and a verdict. */
export const trialItem = goldItem
  .omit({ attack: true })
  .extend({ id: z.string().min(1).optional(), label: goldItem.shape.label.optional() });

/** How the judges themselves are watched. */
export const canaryConfig = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe("Whether gold sets are judged, which costs a call for each of their items"),
  every: duration
    .refine((milliseconds) => milliseconds >= 60_000, { message: "at least 1m" })
    .default(86_400_000)
    .describe("How often; a new version of a judge is tried at once"),
  standard: z
    .boolean()
    .default(true)
    .describe("Whether the gold sets that Calibrant brings for its own rubrics are judged"),
  sets: z
    .record(z.string().min(1), z.array(z.string().min(1)))
    .default({})
    .describe("Your own gold sets: JSONL files by the name of the evaluator"),
  judged_twice: z
    .number()
    .min(0)
    .max(1)
    .default(0.25)
    .describe("Share of the items that is judged twice, for the flip rate"),
});

export type GoldItem = z.output<typeof goldItem>;
export type CanaryConfig = z.output<typeof canaryConfig>;
