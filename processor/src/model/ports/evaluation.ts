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
  /**
   * Milliseconds; 0 for a call that the model asked for and of which nothing else is known: perhaps
   * no tool ran. Undefined when nobody says.
   */
  readonly duration_ms?: number;
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

/**
 * Finds personal data in a text, in the order of their places (room `redact`, needed by
 * `evaluate`). Kinds are the names of presets of redaction, such as `email`.
 */
export type FindPersonalData = (
  text: string,
) => readonly { readonly kind: string; readonly text: string }[];

/** The ledger as the room `evaluate` uses it. */
export interface EvaluationLedger {
  /**
   * Interactions revised at or after `since` (store clock, milliseconds) that lack a line for at
   * least one of the named evaluators, with the names that they lack; at most `limit`.
   */
  pending(evaluators: readonly string[], since: number, limit: number): Promise<PendingPage>;
  /** Stores the lines once, however often the same lines are sent. */
  append(evaluations: readonly Evaluation[]): Promise<void>;
  /** What evaluations since then (milliseconds) cost, and how many of them have a known cost. */
  spend(since: number): Promise<{ readonly cost_usd: number; readonly paid: number }>;
}
