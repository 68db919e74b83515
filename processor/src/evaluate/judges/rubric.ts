/** Parts of an interaction that a judge can be shown. */
export const judgedFields = ["system_text", "input_text", "context", "output_text"] as const;

export type JudgedField = (typeof judgedFields)[number];

/** What a judge is shown: `context` holds the retrieved documents. */
export interface JudgedParts {
  readonly system_text?: string | undefined;
  readonly input_text?: string | undefined;
  readonly output_text?: string | undefined;
  readonly context?: readonly string[] | undefined;
}

interface RubricExample extends JudgedParts {
  readonly verdict: string;
  readonly rationale: string;
}

/** One criterion that an LLM judges, as a file under `rubrics/` states it. */
export interface Rubric {
  readonly name: string;
  /** What changed last and why, for people. */
  readonly version: string;
  readonly title: string;
  readonly criterion: string;
  /** An interaction that lacks one of these is not judged. */
  readonly required: readonly JudgedField[];
  /** Shown when the interaction has them. */
  readonly optional: readonly JudgedField[];
  readonly scale: readonly {
    readonly label: string;
    /** 0 (bad) to 1 (good). */
    readonly score: number;
    readonly meaning: string;
  }[];
  readonly instructions: string;
  readonly examples: readonly RubricExample[];
}
