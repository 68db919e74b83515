/** What a turn is to the one before it in its session. */
export interface TurnMarks {
  /** The user asks nearly the same again. */
  readonly is_rephrase: boolean;
  /** The user objects to the answer. */
  readonly is_correction: boolean;
  /** The user goes on about the same subject: neither of the two, and not a new subject. */
  readonly is_follow_up: boolean;
}

/** One user-visible turn. Field names are the columns of `calibrant.interactions`. */
export interface Interaction extends TurnMarks {
  /** `<trace id>-<span id of the root>`. */
  readonly interaction_id: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly service_name: string;
  readonly environment: string;
  readonly release: string;
  readonly agent_name: string;
  readonly feature: string;
  readonly user_id: string;
  readonly user_segment: string;
  readonly session_id: string;
  readonly variant: string;
  /** Milliseconds since the Unix epoch. */
  readonly started_at: number;
  readonly duration_ms: number;
  readonly status: "ok" | "error";
  readonly error_type: string;
  readonly operation: string;
  readonly provider: string;
  readonly request_model: string;
  readonly response_model: string;
  readonly input_text: string;
  readonly output_text: string;
  readonly system_text: string;
  /**
   * The tools that models were offered: `[{name, description?, parameters?: JSON Schema}]` as JSON
   * text; empty when not known, `cut: <n> characters` when too long to keep.
   */
  readonly tool_definitions: string;
  /** Retrieved documents, as text. */
  readonly context: readonly string[];
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_tokens: number;
  readonly reasoning_tokens: number;
  /** US dollars; null when the price of a model is not known, never 0 for that reason. */
  readonly cost_usd: number | null;
  readonly model_calls: number;
  readonly tool_calls: number;
  readonly retrievals: number;
  readonly prompt_name: string;
  readonly prompt_version: string;
  readonly intent: string;
  /** 0 to 1; null until it has been estimated. */
  readonly complexity: number | null;
  readonly response_ids: readonly string[];
  /** False when the interaction was closed by the longest wait before its root had arrived. */
  readonly complete: boolean;
  /** The dialects that its spans were read with, joined with `+`. */
  readonly dialect: string;
  /** Milliseconds since the Unix epoch at which its last piece arrived. */
  readonly arrived_at: number;
  /** Place within the session of its service by start, from 0; 0 without a session. */
  readonly turn_index: number;
}

export type ModelCallKind = "generation" | "tool" | "retrieval" | "embedding";

/** One leaf call within an interaction. Field names are the columns of `calibrant.model_calls`. */
export interface ModelCall {
  readonly interaction_id: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_span_id: string;
  readonly kind: ModelCallKind;
  readonly name: string;
  readonly service_name: string;
  readonly started_at: number;
  readonly duration_ms: number;
  readonly status: "ok" | "error";
  readonly error_type: string;
  readonly operation: string;
  readonly provider: string;
  readonly request_model: string;
  readonly response_model: string;
  readonly response_id: string;
  readonly finish_reason: string;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_tokens: number;
  readonly reasoning_tokens: number;
  readonly cost_usd: number | null;
  /** The last user message, the tool's arguments, or the retrieval's query. */
  readonly input_text: string;
  /** The assistant's text, the tool's result, or the documents. */
  readonly output_text: string;
  readonly dialect: string;
}
