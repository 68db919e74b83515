import type { Evaluation } from "../evaluation.js";
import type { Interaction } from "../interaction.js";
import type { QualityPart } from "../quality.js";

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

/** A turn of a conversation as its judges see it. */
export interface ConversationTurn {
  readonly user: string;
  readonly assistant: string;
  /** How many turns between the one before and this one are left out; none when it is missing. */
  readonly left_out?: number | undefined;
}

/** An interaction that an evaluator has not yet answered for. */
export interface PendingInteraction extends Interaction {
  /**
   * The output of the turn before it in the same service and session; empty when there is none
   * within the day before.
   */
  readonly previous_output: string;
  /** What evaluators are shown, as a number in decimal digits: it changes when that does. */
  readonly material: string;
  /** In the order of their start. */
  readonly tool_uses: readonly ToolUse[];
  /** What the answer should have been; only data sets have it. */
  readonly reference?: string | undefined;
  /** The conversation that this is the last turn of, oldest first; only for evaluators of conversations. */
  readonly conversation?: readonly ConversationTurn[] | undefined;
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

/** What the composite quality is made of, as the store keeps it (room `store`, needed by `evaluate`). */
export interface QualityDefinitions {
  /** In the order of their names; empty before the first. */
  read(): Promise<readonly QualityPart[]>;
  /** Takes these parts, in the order of their names, from now on. Does nothing when they hold already. */
  define(parts: readonly QualityPart[]): Promise<void>;
}

/** A stage of a cascade and what was certified of it. */
export interface StageCertificate {
  /** The name of the model in the configuration; the line of a verdict has it as its stage. */
  readonly model: string;
  /** The least confidence with which its verdicts stand; null when none does. */
  readonly threshold: number | null;
  /** Labelled items that reached the stage, those that stood there, and the wrong ones of them. */
  readonly reached: number;
  readonly stood: number;
  readonly wrong: number;
  /** Mean US dollars of a verdict about the labelled items; null when not known. */
  readonly cost_usd: number | null;
  /** Whether it has changed since: then nothing holds of it, and it passes everything on. */
  readonly changed: boolean;
}

/** What was certified of a version of a cascade. */
export interface CascadeCertificate {
  readonly evaluator: string;
  readonly evaluator_version: string;
  /** Milliseconds since the Unix epoch. */
  readonly certified_at: number;
  /** The share of wrong verdicts that is allowed among those that stand. */
  readonly alpha: number;
  /** The probability that more are wrong. */
  readonly delta: number;
  readonly labels: number;
  /** The cheapest first. */
  readonly stages: readonly StageCertificate[];
}

/** What was certified of cascades, as the store keeps it for their receipts (room `store`, needed by `evaluate`). */
export interface CascadeCertificates {
  /** Keeps each in place of what is kept of the same evaluator and version. */
  define(cascades: readonly CascadeCertificate[]): Promise<void>;
}

/** What an expert said of an item that judges are tried with. */
export interface CanaryExpectation {
  readonly item: string;
  readonly label: string;
  /** 0 (bad) to 1 (good). */
  readonly score: number;
  /** Whether the item tries to talk the judge into a better verdict. */
  readonly attack: boolean;
}

/** What is kept of the trials of judges beside the ledger (room `store`, needed by `evaluate`). */
export interface CanaryStore {
  /** What a version of an evaluator has answered in the run of a period: `<item> <stage>`. */
  judged(evaluator: string, version: string, period: string): Promise<readonly string[]>;
  /** What is expected of an evaluator from now on. */
  define(evaluator: string, expectations: readonly CanaryExpectation[]): Promise<void>;
}

/** An interaction and an evaluator that a batch asks about. */
export interface JudgeBatchPair {
  /** Name of the request within the batch; those of one request share it. */
  readonly request: string;
  readonly interaction_id: string;
  readonly evaluator: string;
  readonly evaluator_version: string;
  /** 0 < probability <= 1, with which the pair was drawn. */
  readonly probability: number;
  readonly panel: boolean;
}

/** Questions to a judge model that are sent together and answered hours later. */
export interface JudgeBatch {
  readonly id: string;
  /** Name of the model in the configuration. */
  readonly model: string;
  /** Origin of the provider's address. */
  readonly origin: string;
  readonly file_id: string;
  /** The provider's name for the batch; empty until it has given one. */
  readonly batch_id: string;
  /** Milliseconds since the Unix epoch. */
  readonly submitted_at: number;
  readonly pairs: readonly JudgeBatchPair[];
}

/** What was sent as a batch and may not have its lines yet (room `store`, needed by `evaluate`). */
export interface JudgeBatchStore {
  /** Writes a batch in place of what is stored under its `id`. */
  save(batch: JudgeBatch): Promise<void>;
  /** The batches of a model submitted at or after `since`, oldest first. */
  read(model: string, origin: string, since: number): Promise<readonly JudgeBatch[]>;
}

/** Where the room `evaluate` finds conversations that have come to rest. */
export interface ConversationQueue {
  /**
   * Sessions in which nothing was revised in the last `idle` milliseconds and whose last turn lacks
   * a line for at least one of the named evaluators, as that turn with its `conversation`. The
   * place in the queue is the session's last revision: only those at or after `since`; at most
   * `limit`.
   */
  pending(
    evaluators: readonly string[],
    since: number,
    limit: number,
    idle: number,
  ): Promise<PendingPage>;
}
