export type EvaluationOutcome = "scored" | "sampled_out" | "over_budget" | "skipped" | "failed";
export type EvaluatorKind = "llm" | "code" | "human" | "canary";

/** One line of the ledger. Field names are the columns of `calibrant.evaluations`. */
export interface Evaluation {
  /** Milliseconds since the Unix epoch. */
  readonly evaluated_at: number;
  readonly interaction_id: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly session_id: string;
  readonly service_name: string;
  readonly evaluator: string;
  /** Changes whenever anything that can change a verdict changes. */
  readonly evaluator_version: string;
  readonly kind: EvaluatorKind;
  readonly outcome: EvaluationOutcome;
  /** Why there is no score; empty when scored. */
  readonly reason: string;
  /** 0 (bad) to 1 (good); null unless scored. */
  readonly score: number | null;
  readonly label: string;
  readonly explanation: string;
  /** 0 to 1; null when the evaluator gives none. */
  readonly confidence: number | null;
  /** The probability with which this interaction was drawn for this evaluator, 0 < p <= 1. */
  readonly probability: number;
  /** Whether the interaction belongs to the uniform panel, for which all were equally probable. */
  readonly panel: boolean;
  readonly stage: string;
  /** Whether it is about the interaction, or the conversation that it was the last turn of. */
  readonly subject: "interaction" | "conversation";
  /** What was judged, as a number in decimal digits; "0" where that is not kept. */
  readonly material: string;
  /** The model that judged, as the provider names it; empty without one. */
  readonly model: string;
  readonly cost_usd: number | null;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly latency_ms: number;
}
