import type { ConversationTurn, ToolUse } from "../../model/ports.js";

/** Parts of an interaction or of a conversation that a judge can be shown, in the order in which it is. */
export const judgedFields = [
  "system_text",
  "conversation",
  "previous_output",
  "input_text",
  "context",
  "tool_definitions",
  "tool_uses",
  "reference",
  "output_text",
] as const;

export type JudgedField = (typeof judgedFields)[number];

/** What a judge is shown: `context` holds the retrieved documents. */
export interface JudgedParts {
  readonly system_text?: string | undefined;
  readonly conversation?: readonly ConversationTurn[] | undefined;
  readonly previous_output?: string | undefined;
  readonly input_text?: string | undefined;
  readonly context?: readonly string[] | undefined;
  readonly tool_definitions?: string | undefined;
  readonly tool_uses?: readonly ToolUse[] | undefined;
  readonly reference?: string | undefined;
  readonly output_text?: string | undefined;
}

export type RubricSubject = "interaction" | "conversation";

interface RubricExample extends JudgedParts {
  readonly verdict: string;
  readonly rationale: string;
}

/** One criterion that an LLM judges, as a file under `rubrics/` states it. */
export interface Rubric {
  readonly name: string;
  /** What changed last and why, for people. */
  readonly version: string;
  readonly subject: RubricSubject;
  readonly title: string;
  readonly criterion: string;
  /** An interaction that lacks one of these is not judged. */
  readonly required: readonly JudgedField[];
  /** Shown when the interaction has them. */
  readonly optional: readonly JudgedField[];
  /** A conversation with fewer turns is not judged. */
  readonly least_turns: number;
  readonly scale: readonly {
    readonly label: string;
    /** 0 (bad) to 1 (good). */
    readonly score: number;
    readonly meaning: string;
  }[];
  readonly instructions: string;
  readonly examples: readonly RubricExample[];
}

/** An evaluator of the configuration and the rubric that it judges by. */
export interface NamedRubric {
  readonly name: string;
  readonly rubric: Rubric;
}
