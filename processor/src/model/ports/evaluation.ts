import type { Evaluation } from "../evaluation.js";
import type { Interaction } from "../interaction.js";

/** A tool that was used within an interaction. */
export interface ToolUse {
  readonly name: string;
  /** As the model gave them, mostly JSON. */
  readonly arguments: string;
  readonly result: string;
  readonly status: "ok" | "error";
  readonly error_type: string;
}

/** An interaction that an evaluator has not yet answered for. */
export interface PendingInteraction extends Interaction {
  /**
   * The output of the turn before it in the same service and session; empty when there is none
   * within the day before.
   */
  readonly previous_output: string;
  /** In the order of their start. */
  readonly tool_uses: readonly ToolUse[];
  /** The tools that the model was offered, a JSON array as the application sent it; empty when not known. */
  readonly tool_definitions: string;
}

/** One interaction and the evaluators that have yet to answer for it. */
export interface PendingEvaluations {
  readonly interaction: PendingInteraction;
  /** Milliseconds since the Unix epoch, store clock: the interaction's place in the queue. */
  readonly revisedAt: number;
  readonly missing: readonly string[];
}

export interface PendingPage {
  /** Oldest first. Fewer than asked for mean that there are no more. */
  readonly pending: readonly PendingEvaluations[];
  /** The store's clock when the page was read, milliseconds. */
  readonly storeTime: number;
}

/** What one evaluator did within one step of time. */
export interface EvaluatorUsage {
  readonly evaluator: string;
  /** Start of the step, milliseconds since the Unix epoch. */
  readonly at: number;
  /** Interactions for which a draw decided. */
  readonly eligible: number;
  /** Verdicts that were asked for. */
  readonly verdicts: number;
  /** US dollars, of the verdicts whose cost is known. */
  readonly cost_usd: number;
  /** Verdicts whose cost is not known. */
  readonly unknown_cost: number;
}

/** The ledger as the room `evaluate` uses it. */
export interface EvaluationLedger {
  /**
   * Interactions revised at or after `since` (store clock, milliseconds) that lack a line for at
   * least one of the named evaluators, with the names that they lack; at most `limit`.
   */
  pending(evaluators: readonly string[], since: number, limit: number): Promise<PendingPage>;
  /** Stores the lines once, however often the same lines are sent. */
  append(evaluations: readonly Evaluation[]): Promise<void>;
  /**
   * What judges did from a time on until another one (exclusive), in steps of a length that divides
   * a day; all in milliseconds. Steps in which nothing happened are left out.
   */
  usage(from: number, until: number, step: number): Promise<readonly EvaluatorUsage[]>;
}
