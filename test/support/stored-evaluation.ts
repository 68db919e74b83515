import type { Evaluation } from "#processor/model/evaluation.js";
import { storeTime } from "#processor/store/client.js";
import { pendingInteraction } from "./pending-interaction.js";

export interface EvaluationChanges extends Partial<Evaluation> {
  /** Milliseconds; now by the store's clock when left out. */
  readonly written_at?: number;
}

/** A scored line of the ledger about the interaction that `storedInteraction` makes of the index. */
export function storedEvaluation(index: number, changes: EvaluationChanges = {}): object {
  const { written_at, ...columns } = changes;
  const trace_id = index.toString(16).padStart(32, "0");
  const { interaction_id, span_id, session_id, service_name } = pendingInteraction({ trace_id });
  const line: Evaluation = {
    evaluated_at: Date.now() - 30_000 + index,
    interaction_id,
    trace_id,
    span_id,
    session_id,
    service_name,
    evaluator: "relevance",
    evaluator_version: "v1",
    kind: "llm",
    outcome: "scored",
    reason: "",
    score: 0.75,
    label: "mostly relevant",
    explanation: `It answers question ${index}.`,
    confidence: 0.9,
    probability: 0.5,
    panel: true,
    subject: "interaction",
    material: "0",
    stage: "cheap",
    model: "judge-1",
    cost_usd: 0.002,
    input_tokens: 300,
    output_tokens: 20,
    latency_ms: 812.5,
    ...columns,
  };
  return {
    ...line,
    evaluated_at: storeTime(line.evaluated_at),
    ...(written_at === undefined ? {} : { written_at: storeTime(written_at) }),
  };
}

/** What turns a scored line into a failed one. */
export const failedLine: Partial<Evaluation> = {
  outcome: "failed",
  reason: "JUDGE_UNAVAILABLE: the model does not answer",
  score: null,
  confidence: null,
  label: "",
  explanation: "",
};
