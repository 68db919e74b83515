import type { Evaluation } from "#processor/model/evaluation.js";
import { pendingInteraction } from "./pending-interaction.js";

/** A line about the stored interaction of that number, with changes. */
export function ledgerLine(index: number, changes: Partial<Evaluation> = {}): Evaluation {
  const { interaction_id, trace_id, span_id, session_id, service_name } = pendingInteraction({
    trace_id: index.toString(16).padStart(32, "0"),
  });
  return {
    evaluated_at: Date.now(),
    interaction_id,
    trace_id,
    span_id,
    session_id,
    service_name,
    evaluator: "refusal",
    evaluator_version: "0123456789abcdef",
    kind: "code",
    outcome: "scored",
    reason: "",
    score: 1,
    label: "answered",
    explanation: "",
    confidence: null,
    probability: 1,
    panel: false,
    subject: "interaction",
    material: "0",
    stage: "",
    model: "",
    cost_usd: 0,
    input_tokens: 0,
    output_tokens: 0,
    latency_ms: 0.5,
    ...changes,
  };
}
