import { z } from "zod";
import { judgedFields, type JudgedField, type RubricSubject } from "./rubric.js";

const text = z.string().trim().min(1);
const field = z.enum(judgedFields);

/** A use of a tool, as files write it. */
export const toolUse = z.strictObject({
  name: text,
  arguments: z.string().default(""),
  result: z.string().default(""),
  status: z.enum(["ok", "error"]).default("ok"),
  error_type: z.string().default(""),
});

/** A turn of a conversation, as files write it. */
export const turn = z.strictObject({ user: z.string(), assistant: z.string() });

const example = z.strictObject({
  system_text: z.string().optional().describe("What the application told its model to be and do"),
  conversation: z
    .array(turn)
    .optional()
    .describe("The turns of a session, oldest first; only for `subject: conversation`"),
  previous_output: z.string().optional().describe("The answer of the turn before"),
  input_text: z.string().optional().describe("What the user asked"),
  context: z.array(z.string()).optional().describe("The retrieved documents"),
  tool_definitions: z
    .string()
    .optional()
    .describe("The tools that the model was offered, as the application sent them (JSON)"),
  tool_uses: z
    .array(toolUse)
    .optional()
    .describe("The tools that were used, with `arguments`, `result` and `status`"),
  reference: z
    .string()
    .optional()
    .describe("What the answer should have been; data sets have it, production has not"),
  output_text: z.string().optional().describe("The answer of the application"),
  verdict: text.describe("A label of the scale"),
  rationale: text.describe("Why, in one or two sentences, as the judge is to say it"),
});

const step = z.strictObject({
  label: text.describe("The word that the judge answers with"),
  score: z.number().min(0).max(1).describe("0 (bad) to 1 (good)"),
  meaning: text.describe("When this verdict is right"),
});

/** What a judge of conversations can be shown. */
const ofConversations: ReadonlySet<JudgedField> = new Set(["system_text", "conversation"]);

/** The form of a rubric file. */
export const rubricConfig = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9_-]{0,63}$/, "expected a name such as tone-of-voice")
      .describe("How the configuration refers to the rubric"),
    version: text.describe("What changed last and why, for people"),
    subject: z
      .enum(["interaction", "conversation"])
      .default("interaction")
      .describe("What is judged: every turn, or a session that has come to rest"),
    title: text.describe("The question that the judge answers"),
    criterion: text.describe("What has to hold for the best verdict"),
    required: z
      .array(field)
      .min(1)
      .describe("Parts without which nothing is judged; the ledger says which was missing"),
    optional: z.array(field).default([]).describe("Parts that are shown when they are there"),
    least_turns: z
      .int()
      .min(1)
      .max(50)
      .default(1)
      .describe("Turns below which a conversation is not judged"),
    scale: z
      .array(step)
      .min(2)
      .max(3)
      .describe("The verdicts, two or three: finer scales are judged less reliably"),
    instructions: text.describe("How to judge, and what not to judge"),
    examples: z
      .array(example)
      .default([])
      .describe("Judged examples: the parts that the judge would see, `verdict` and `rationale`"),
  })
  .superRefine((rubric, context) => {
    const fault = (path: (string | number)[], message: string): void => {
      context.addIssue({ code: "custom", path, message });
    };
    const labels = rubric.scale.map(({ label }) => label);
    labels.forEach((label, index) => {
      if (labels.indexOf(label) === index) return;
      fault(["scale", index, "label"], `"${label}" is on the scale twice`);
    });
    for (const list of ["required", "optional"] as const) {
      rubric[list].forEach((name, index) => {
        const problem = fieldProblem(name, rubric.subject);
        if (problem !== undefined) fault([list, index], problem);
      });
    }
    if (rubric.subject === "conversation" && !rubric.required.includes("conversation")) {
      fault(["required"], "a rubric of conversations requires the part conversation");
    }
    if (rubric.subject === "interaction" && rubric.least_turns > 1) {
      fault(["least_turns"], "only a rubric of conversations has it");
    }
    rubric.examples.forEach((judged, index) => {
      if (!labels.includes(judged.verdict)) {
        const message = `"${judged.verdict}" is not on the scale (${labels.join(", ")})`;
        fault(["examples", index, "verdict"], message);
      }
      for (const name of judgedFields) {
        if (judged[name] === undefined) continue;
        if (rubric.required.includes(name) || rubric.optional.includes(name)) continue;
        fault(["examples", index, name], `the rubric does not show the part ${name}`);
      }
    });
  });

function fieldProblem(name: JudgedField, subject: RubricSubject): string | undefined {
  if (subject === "conversation") {
    if (ofConversations.has(name)) return undefined;
    return `a rubric of conversations can show ${[...ofConversations].join(" and ")} only`;
  }
  return name === "conversation" ? "needs `subject: conversation`" : undefined;
}

/** What a reader of the schema looks at. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

/** JSON Schema (draft 2020-12) of a rubric file. */
export function rubricJsonSchema(): JsonSchema {
  return z.toJSONSchema(rubricConfig, { io: "input" }) as JsonSchema;
}
