import { createHash } from "node:crypto";
import type { Evaluation } from "#processor/model/evaluation.js";
import type { Feedback } from "#processor/model/feedback.js";
import type { Interaction, ModelCall } from "#processor/model/interaction.js";
import type { RawSpan } from "#processor/model/telemetry.js";
import { sampleScript, type Turn, type Verdict } from "./sample-script.js";

/** Rows of a small shop, as the walk would have stored them. */
export interface Samples {
  readonly interactions: readonly Interaction[];
  readonly modelCalls: readonly ModelCall[];
  readonly spans: readonly RawSpan[];
  readonly evaluations: readonly Evaluation[];
  readonly feedback: readonly Feedback[];
}

const hex = (text: string, length: number): string =>
  createHash("sha256").update(text).digest("hex").slice(0, length);

/** The samples with their times counted back from `now`. */
export function sampleInteractions(now: number): Samples {
  const interactions = sampleScript.map((turn) => interactionOf(turn, now));
  const places = interactions.map((interaction, index) => ({
    interaction,
    turn: sampleScript[index] as Turn,
  }));
  return {
    interactions,
    modelCalls: places.flatMap(({ interaction, turn }) => callsOf(interaction, turn)),
    spans: places.flatMap(({ interaction, turn }) => spansOf(interaction, turn)),
    evaluations: places.flatMap(({ interaction, turn }) =>
      turn.verdicts.map((verdict) => evaluationOf(interaction, verdict)),
    ),
    feedback: feedbackOf(interactions),
  };
}

function interactionOf(turn: Turn, now: number): Interaction {
  const trace = hex(`trace ${turn.key}`, 32);
  const span = hex(`span ${turn.key} root`, 16);
  const started = now - turn.minutesAgo * 60_000;
  const model = turn.model ?? "gpt-4o-mini-2024-07-18";
  return {
    interaction_id: `${trace}-${span}`,
    trace_id: trace,
    span_id: span,
    service_name: turn.service ?? "shop-assistant",
    environment: "production",
    release: turn.release ?? "2.3.0",
    agent_name: "assistant",
    feature: turn.feature,
    user_id: turn.user,
    user_segment: turn.user.startsWith("u-") ? "customer" : "staff",
    session_id: turn.session,
    variant: "",
    started_at: started,
    duration_ms: turn.duration ?? 1_240,
    status: turn.error === undefined ? "ok" : "error",
    error_type: turn.error ?? "",
    operation: "invoke_agent",
    provider: model.startsWith("claude") ? "anthropic" : "openai",
    request_model: model.replace(/-\d{4}-\d\d-\d\d$/, ""),
    response_model: turn.error === undefined ? model : "",
    input_text: turn.question,
    output_text: turn.answer,
    tool_definitions: "",
    system_text:
      "You are the assistant of a shop for outdoor equipment. Answer from the documents.",
    context: turn.context ?? [],
    input_tokens: turn.error === undefined ? 1_204 : 0,
    output_tokens: turn.error === undefined ? 61 : 0,
    cache_read_tokens: turn.tool ? 512 : 0,
    reasoning_tokens: 0,
    cost_usd: turn.cost === undefined ? 0.000_217 : turn.cost,
    model_calls: turn.tool ? 2 : 1,
    tool_calls: turn.tool ? 1 : 0,
    retrievals: turn.context === undefined ? 0 : 1,
    prompt_name: "shop-answer",
    prompt_version: "7",
    intent: "",
    complexity: null,
    response_ids: [`chatcmpl-${turn.key}`],
    complete: true,
    dialect: "genai",
    arrived_at: started + 3_000,
    turn_index: 0,
    is_rephrase: false,
    is_correction: false,
    is_follow_up: false,
  };
}

interface Step {
  readonly key: string;
  readonly parent: string;
  readonly name: string;
  /** Shares of the interaction's duration. */
  readonly from: number;
  readonly to: number;
  readonly kind?: ModelCall["kind"];
}

function stepsOf(turn: Turn): readonly Step[] {
  const chat = `chat ${(turn.model ?? "gpt-4o-mini").slice(0, 20)}`;
  return [
    { key: "root", parent: "", name: "invoke_agent assistant", from: 0, to: 1 },
    ...(turn.context === undefined
      ? []
      : ([
          {
            key: "find",
            parent: "root",
            name: "retrieve policies",
            from: 0.02,
            to: 0.14,
            kind: "retrieval",
          },
        ] as const)),
    {
      key: "chat",
      parent: "root",
      name: chat,
      from: 0.16,
      to: turn.tool ? 0.5 : 0.98,
      kind: "generation",
    },
    ...(turn.tool
      ? ([
          {
            key: "tool",
            parent: "root",
            name: "execute_tool find_order",
            from: 0.52,
            to: 0.63,
            kind: "tool",
          },
          { key: "http", parent: "tool", name: "GET /orders/{id}", from: 0.53, to: 0.62 },
          { key: "chat2", parent: "root", name: chat, from: 0.65, to: 0.98, kind: "generation" },
        ] as const)
      : []),
  ];
}

function callsOf(interaction: Interaction, turn: Turn): ModelCall[] {
  return stepsOf(turn).flatMap((step): ModelCall[] => {
    if (step.kind === undefined) return [];
    const generation = step.kind === "generation";
    return [
      {
        interaction_id: interaction.interaction_id,
        trace_id: interaction.trace_id,
        span_id: hex(`span ${turn.key} ${step.key}`, 16),
        parent_span_id: hex(`span ${turn.key} ${step.parent}`, 16),
        kind: step.kind,
        name: step.name,
        service_name: interaction.service_name,
        started_at: interaction.started_at + step.from * interaction.duration_ms,
        duration_ms: (step.to - step.from) * interaction.duration_ms,
        status: generation ? interaction.status : "ok",
        error_type: generation ? interaction.error_type : "",
        operation: generation ? "chat" : "",
        provider: generation ? interaction.provider : "",
        request_model: generation ? interaction.request_model : "",
        response_model: generation ? interaction.response_model : "",
        response_id: generation ? `chatcmpl-${turn.key}` : "",
        finish_reason: generation && interaction.status === "ok" ? "stop" : "",
        input_tokens: generation ? interaction.input_tokens / interaction.model_calls : 0,
        output_tokens: generation
          ? Math.floor(interaction.output_tokens / interaction.model_calls)
          : 0,
        cache_read_tokens: 0,
        reasoning_tokens: 0,
        cost_usd:
          generation && interaction.cost_usd !== null
            ? interaction.cost_usd / interaction.model_calls
            : null,
        input_text: generation ? turn.question : '{"order_id":"88-2041"}',
        output_text: generation ? turn.answer : (turn.context?.[0] ?? '{"status":"delivered"}'),
        dialect: interaction.dialect,
      },
    ];
  });
}

function spansOf(interaction: Interaction, turn: Turn): RawSpan[] {
  const start = BigInt(interaction.started_at) * 1_000_000n;
  const nanoseconds = (share: number): bigint =>
    BigInt(Math.round(share * interaction.duration_ms * 1e6));
  return stepsOf(turn).map((step) => {
    const failed = interaction.status === "error" && (step.key === "root" || step.key === "chat");
    return {
      traceId: interaction.trace_id,
      spanId: hex(`span ${turn.key} ${step.key}`, 16),
      parentSpanId: step.parent === "" ? "" : hex(`span ${turn.key} ${step.parent}`, 16),
      name: step.name,
      kind: step.kind === "generation" || step.key === "http" ? "Client" : "Internal",
      serviceName: interaction.service_name,
      scopeName: "@opentelemetry/instrumentation-openai",
      scopeVersion: "0.15.0",
      resource: new Map([
        ["service.name", interaction.service_name],
        ["service.version", interaction.release],
      ]),
      attributes: new Map([
        ["gen_ai.operation.name", step.kind === "generation" ? "chat" : "invoke_agent"],
        ["gen_ai.request.model", interaction.request_model],
        ["__proto__", "an ordinary key, however it looks"],
      ]),
      start: start + nanoseconds(step.from),
      duration: nanoseconds(step.to - step.from),
      statusCode: failed ? "Error" : "Unset",
      statusMessage: failed ? "429 Rate limit reached for gpt-4o-mini" : "",
      events: failed
        ? [
            {
              name: "exception",
              time: start + nanoseconds(step.to),
              attributes: new Map([["exception.type", interaction.error_type]]),
            },
          ]
        : [],
    };
  });
}

function evaluationOf(interaction: Interaction, verdict: Verdict): Evaluation {
  const judged = verdict.evaluator !== "empty_answer";
  return {
    evaluated_at: interaction.started_at + 6_000,
    interaction_id: interaction.interaction_id,
    trace_id: interaction.trace_id,
    span_id: interaction.span_id,
    session_id: interaction.session_id,
    service_name: interaction.service_name,
    evaluator: verdict.evaluator,
    evaluator_version: judged ? "3-8c1e02" : "1",
    kind: judged ? "llm" : "code",
    outcome: verdict.outcome,
    reason: verdict.reason ?? "",
    score: verdict.score ?? null,
    label: verdict.label ?? "",
    explanation: verdict.explanation ?? "",
    confidence: judged && verdict.outcome === "scored" ? 0.86 : null,
    probability: verdict.probability ?? 1,
    stage: judged ? "judge" : "check",
    cost_usd: judged && verdict.outcome === "scored" ? 0.000_094 : null,
    input_tokens: judged ? 700 : 0,
    output_tokens: judged ? 40 : 0,
    panel: false,
    subject: "interaction",
    material: "0",
    model: judged ? "gpt-4o-mini" : "",
    latency_ms: judged ? 812 : 0.2,
  };
}

function feedbackOf(interactions: readonly Interaction[]): Feedback[] {
  const event = (place: number, given: Partial<Feedback> & Pick<Feedback, "kind">): Feedback => {
    const interaction = interactions[place] as Interaction;
    return {
      feedback_id: hex(JSON.stringify([place, given]), 32),
      received_at: interaction.started_at + 20_000,
      occurred_at: interaction.started_at + 19_000,
      interaction_id: "",
      trace_id: "",
      span_id: "",
      response_id: "",
      value: null,
      value_max: null,
      choice: "",
      comment: "",
      user_id: interaction.user_id,
      source: "api",
      ...given,
    };
  };
  const id = (place: number): Interaction => interactions[place] as Interaction;
  return [
    event(0, {
      kind: "thumbs",
      value: -1,
      comment: "The page on returns says 14 days for sale items!",
      trace_id: id(0).trace_id,
    }),
    event(0, {
      kind: "escalation",
      interaction_id: id(0).interaction_id,
      occurred_at: id(0).started_at + 25_000,
    }),
    event(1, { kind: "thumbs", value: 1, response_id: id(1).response_ids[0] ?? "" }),
    event(2, { kind: "rating", value: 4, value_max: 5, trace_id: id(2).trace_id }),
    event(3, { kind: "retry", trace_id: id(3).trace_id, span_id: hex("span a4 chat", 16) }),
    event(4, {
      kind: "comment",
      comment: "<script>document.title='taken'</script>",
      trace_id: id(4).trace_id,
    }),
  ];
}
