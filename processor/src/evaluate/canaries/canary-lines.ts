import type { Evaluation } from "../../model/evaluation.js";
import type { PendingInteraction } from "../../model/ports.js";
import { noUsage, type Evaluator, type Verdict } from "../evaluator.js";
import { outcomeOf } from "../ledger/outcome.js";
import type { GoldItem } from "./canary-config.js";

/** An item without what an expert says of it. */
export type CanaryParts = Omit<GoldItem, "label" | "attack">;

/** What an evaluator is given for an item. */
export function canaryInteraction(item: CanaryParts): PendingInteraction {
  return {
    ...nobody,
    interaction_id: item.id,
    input_text: item.input_text,
    output_text: item.output_text,
    system_text: item.system_text,
    previous_output: item.previous_output,
    context: item.context,
    tool_definitions: item.tool_definitions,
    tool_uses: item.tool_uses,
    reference: item.reference,
    conversation: item.conversation,
    tool_calls: item.tool_uses.length,
    retrievals: item.context.length > 0 ? 1 : 0,
  };
}

export interface CanaryOutcome {
  readonly evaluator: Evaluator;
  readonly item: GoldItem;
  readonly stage: "first" | "again";
  /** When the period of the run began, ISO 8601. */
  readonly period: string;
  readonly verdict: Verdict;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** A line of the ledger that belongs to no interaction: the item and the run stand in its place. */
export function canaryLine(outcome: CanaryOutcome): Evaluation {
  const { evaluator, item, stage, period, verdict, at } = outcome;
  return {
    interaction_id: item.id,
    trace_id: "",
    span_id: "",
    session_id: period,
    service_name: "",
    evaluator: evaluator.name,
    evaluator_version: evaluator.version,
    score: null,
    label: "",
    explanation: "",
    confidence: null,
    probability: 1,
    panel: false,
    subject: evaluator.subject ?? "interaction",
    material: "0",
    model: "",
    ...noUsage,
    ...outcomeOf(verdict),
    kind: "canary",
    stage,
    evaluated_at: at,
  };
}

const nobody: Omit<
  PendingInteraction,
  "interaction_id" | "tool_calls" | "retrievals" | keyof CanaryParts
> = {
  trace_id: "",
  span_id: "",
  service_name: "",
  environment: "",
  release: "",
  agent_name: "",
  feature: "",
  user_id: "",
  user_segment: "",
  session_id: "",
  variant: "",
  started_at: 0,
  duration_ms: 0,
  status: "ok",
  error_type: "",
  operation: "chat",
  provider: "",
  request_model: "",
  response_model: "",
  input_tokens: 0,
  output_tokens: 0,
  cache_read_tokens: 0,
  reasoning_tokens: 0,
  cost_usd: null,
  model_calls: 0,
  prompt_name: "",
  prompt_version: "",
  intent: "",
  complexity: null,
  response_ids: [],
  complete: true,
  dialect: "",
  arrived_at: 0,
  turn_index: 0,
  is_rephrase: false,
  is_correction: false,
  is_follow_up: false,
  material: "0",
};
