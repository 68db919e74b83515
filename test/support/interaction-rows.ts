import type { Interaction, ModelCall } from "#processor/model/interaction.js";
import type { AssembledTrace } from "#processor/model/ports.js";

/** An interaction of one trace with one generation. */
export function assembled(
  traceId: string,
  columns: Partial<Interaction> = {},
  callColumns: Partial<ModelCall> = {},
): AssembledTrace {
  const interaction = { ...plainInteraction(traceId), ...columns };
  const call = {
    ...plainCall(interaction),
    ...callColumns,
  };
  return { traceId, interactions: [interaction], modelCalls: [call] };
}

function plainInteraction(traceId: string): Interaction {
  return {
    interaction_id: `${traceId}-00000000000000aa`,
    trace_id: traceId,
    span_id: "00000000000000aa",
    service_name: "shop",
    environment: "test",
    release: "1.0.0",
    agent_name: "",
    feature: "search",
    user_id: "user-1",
    user_segment: "",
    session_id: "session-1",
    variant: "",
    started_at: 1_795_480_000_000,
    duration_ms: 12.5,
    status: "ok",
    error_type: "",
    operation: "chat",
    provider: "openai",
    request_model: "gpt-4o-mini",
    response_model: "gpt-4o-mini",
    input_text: "How late is it?",
    output_text: "Nine o'clock.",
    system_text: "",
    tool_definitions: "",
    context: ["A document"],
    input_tokens: 10,
    output_tokens: 5,
    cache_read_tokens: 0,
    reasoning_tokens: 0,
    cost_usd: 0.001,
    model_calls: 1,
    tool_calls: 0,
    retrievals: 0,
    prompt_name: "",
    prompt_version: "",
    intent: "",
    complexity: null,
    response_ids: ["response-1"],
    complete: true,
    dialect: "otel-genai",
    arrived_at: 1_795_480_001_000,
    turn_index: 0,
    is_rephrase: false,
    is_correction: false,
    is_follow_up: false,
  };
}

function plainCall(interaction: Interaction): ModelCall {
  return {
    interaction_id: interaction.interaction_id,
    trace_id: interaction.trace_id,
    span_id: "00000000000000bb",
    parent_span_id: interaction.span_id,
    kind: "generation",
    name: "chat gpt-4o-mini",
    service_name: "shop",
    started_at: interaction.started_at,
    duration_ms: 10,
    status: "ok",
    error_type: "",
    operation: "chat",
    provider: "openai",
    request_model: "gpt-4o-mini",
    response_model: "gpt-4o-mini",
    response_id: "response-1",
    finish_reason: "stop",
    input_tokens: 10,
    output_tokens: 5,
    cache_read_tokens: 0,
    reasoning_tokens: 0,
    cost_usd: 0.001,
    input_text: interaction.input_text,
    output_text: interaction.output_text,
    dialect: "otel-genai",
  };
}
