import type { PendingInteraction, ToolUse } from "../../model/ports.js";

/** One turn of an application, as an evaluator sees it. */
export type Interaction = PendingInteraction;
export type { ToolUse };

/** A verdict. */
export interface Score {
  /** 0 (bad) to 1 (good). */
  readonly score: number;
  /** A word for the verdict, such as `polite`: one line of at most 64 characters. */
  readonly label?: string;
  /** Why; what is longer than 2,000 characters is cut off. */
  readonly explanation?: string;
}

/** There is nothing to judge. */
export interface Skipped {
  /** Why; what is longer than 500 characters is cut off. */
  readonly skipped: string;
}

/**
 * What a module of one's own exports as its default. It runs in a thread of its own, one call at a
 * time. What it throws becomes an evaluation that failed, with the message as its reason.
 */
export interface OwnEvaluator<Options = Readonly<Record<string, unknown>>> {
  /** @param options `options` of the evaluator in the configuration; `{}` when it has none */
  evaluate(interaction: Interaction, options: Options): Score | Skipped | Promise<Score | Skipped>;
  /**
   * Whether there is something to judge. Without it, interactions that failed, that have no answer
   * by their operation, or whose content was not captured are skipped.
   */
  applies?(interaction: Interaction, options: Options): boolean | Promise<boolean>;
}
