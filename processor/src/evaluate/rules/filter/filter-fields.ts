import type { PendingInteraction } from "../../../model/ports.js";

/** What there is of an interaction while the application runs. */
export type FilterField = Exclude<
  keyof PendingInteraction,
  "conversation" | "reference" | "material"
>;

/** What a value of a filter is: `texts` are several, of `items` only the number is known. */
export type FilterType = "text" | "number" | "boolean" | "texts" | "items" | "null";

export interface FieldForm {
  readonly type: FilterType;
  /** Whether it can be null: not known. */
  readonly nullable?: true;
  /** All that it can be, where that is settled. */
  readonly values?: readonly string[];
}

const text = { type: "text" } as const;
const number = { type: "number" } as const;
const boolean = { type: "boolean" } as const;
const texts = { type: "texts" } as const;

const forms: Readonly<Record<FilterField, FieldForm>> = {
  interaction_id: text,
  trace_id: text,
  span_id: text,
  service_name: text,
  environment: text,
  release: text,
  agent_name: text,
  feature: text,
  user_id: text,
  user_segment: text,
  session_id: text,
  variant: text,
  started_at: number,
  duration_ms: number,
  status: { type: "text", values: ["ok", "error"] },
  error_type: text,
  operation: text,
  provider: text,
  request_model: text,
  response_model: text,
  input_text: text,
  output_text: text,
  system_text: text,
  context: texts,
  input_tokens: number,
  output_tokens: number,
  cache_read_tokens: number,
  reasoning_tokens: number,
  cost_usd: { type: "number", nullable: true },
  model_calls: number,
  tool_calls: number,
  retrievals: number,
  prompt_name: text,
  prompt_version: text,
  intent: text,
  complexity: { type: "number", nullable: true },
  response_ids: texts,
  complete: boolean,
  dialect: text,
  arrived_at: number,
  turn_index: number,
  is_rephrase: boolean,
  is_correction: boolean,
  is_follow_up: boolean,
  previous_output: text,
  tool_uses: { type: "items" },
  tool_definitions: text,
};

/** The fields of an interaction by name; nothing else is a field, whatever objects inherit. */
export const filterFields: ReadonlyMap<string, FieldForm> = new Map(Object.entries(forms));
