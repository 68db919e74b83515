import type { EvaluatorKind } from "../model/evaluation.js";
import type { CascadeCertificate, PendingInteraction } from "../model/ports.js";
import type { BatchBook } from "./batches/batch-book.js";
import type { Sampler } from "./sampling/sampler.js";

/** What one verdict took. */
export interface Usage {
  /** US dollars; null when it is not known. */
  readonly cost_usd: number | null;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly latency_ms: number;
}

export const noUsage: Usage = { cost_usd: null, input_tokens: 0, output_tokens: 0, latency_ms: 0 };

export interface Judgement {
  /** 0 (bad) to 1 (good). */
  readonly score: number;
  readonly label: string;
  readonly explanation: string;
}

/** Where a verdict comes from. */
interface Origin {
  /** The step of several that gave it, such as that of a cascade. */
  readonly stage?: string | undefined;
  /** The model that answered, as the provider names it. */
  readonly model?: string | undefined;
}

export type Verdict =
  | (Judgement & {
      readonly outcome: "scored";
      /** 0 to 1; null when the evaluator gives none. */
      readonly confidence: number | null;
      readonly usage: Usage;
    } & Origin)
  | ({
      readonly outcome: "failed" | "skipped";
      readonly reason: string;
      readonly usage: Usage;
    } & Origin);

/** Evaluators that can be asked about one interaction in one call. */
export interface Together {
  /**
   * The verdicts in the order of the evaluators, with what each of them took: together that is what
   * the call took, but for the latency, which each has whole. Rejects only when `signal` aborts, or for a fault in the evaluators themselves.
   */
  evaluate(
    evaluators: readonly Evaluator[],
    interaction: PendingInteraction,
    signal: AbortSignal,
  ): Promise<readonly Verdict[]>;
}

/** Judges one quality of one interaction. */
export interface Evaluator {
  readonly name: string;
  readonly kind: EvaluatorKind;
  /** Changes whenever anything that can change a verdict changes. */
  readonly version: string;
  /** What it judges: every interaction when left out, or conversations that rest, at their last turn. */
  readonly subject?: "interaction" | "conversation" | undefined;
  /** Evaluators of one lane may wait for each other, never for those of another lane; they have one subject. */
  readonly lane: string;
  /** Whether a verdict costs money. */
  readonly paid: boolean;
  /** Those that share the same object are asked in one call. */
  readonly together?: Together | undefined;
  /** What was certified of it; only cascades have it. */
  readonly certified?: CascadeCertificate | undefined;
  /** Set where verdicts wait for batches: how pairs were drawn that were asked before the start. */
  readonly batches?: BatchBook | undefined;
  /** The evaluator that asks anew what it has answered before; undefined where it always does. */
  readonly afresh?: Evaluator | undefined;
  /** Loads what the evaluator needs; resolves before it is asked anything. */
  open?(): Promise<void>;
  /** Why this interaction cannot be judged; undefined when it can. */
  inapplicable(interaction: PendingInteraction): string | undefined;
  /** Rejects only when `signal` aborts, or for a fault in the evaluator itself. */
  evaluate(interaction: PendingInteraction, signal: AbortSignal): Promise<Verdict>;
  /** Ends what runs for it; called once, after the last verdict. */
  close?(): Promise<void>;
}

/** An evaluator, and which interactions it is to judge. */
export interface Assignment {
  readonly evaluator: Evaluator;
  /** Why the evaluator is not meant for this interaction; undefined when it is. */
  readonly ineligible: (interaction: PendingInteraction) => string | undefined;
  readonly sampler: Sampler;
}
