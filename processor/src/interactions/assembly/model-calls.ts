import type { ModelCall, ModelCallKind } from "../../model/interaction.js";
import type { RawSpan } from "../../model/telemetry.js";
import { assistantText, lastUserText } from "./conversation.js";
import { costOf } from "../prices/cost.js";
import { callOutcome } from "./failure.js";
import type { Calls, LeafCall } from "./leaf-calls.js";
import type { PriceList } from "../prices/prices.js";
import { durationOf, toMilliseconds } from "./span-times.js";
import type { ToolCall } from "./tool-calls.js";
import { endOf } from "./trace-tree.js";

export interface CallRows {
  readonly rows: readonly ModelCall[];
  /** Models whose price is not known, one entry for each call. */
  readonly unpriced: readonly string[];
}

export interface CallRowsOptions {
  readonly interactionId: string;
  readonly prices: PriceList;
  /** Cuts a text to what may be stored. */
  readonly limit: (text: string) => string;
}

/** One row for each leaf call of an interaction. */
export function callRows(
  calls: Calls,
  toolCalls: readonly ToolCall[],
  options: CallRowsOptions,
): CallRows {
  const unpriced: string[] = [];
  const rows = [
    ...calls.generations.map((call) => modelRow(call, "generation", options, unpriced)),
    ...calls.embeddings.map((call) => modelRow(call, "embedding", options, unpriced)),
    ...calls.retrievals.map((call) => retrievalRow(call, options)),
    ...toolCalls.flatMap((call) => toolRow(call, options)),
  ];
  return { rows, unpriced };
}

function modelRow(
  call: LeafCall,
  kind: ModelCallKind,
  options: CallRowsOptions,
  unpriced: string[],
): ModelCall {
  const { reading, span } = call;
  const base = baseRow(call, kind, options.interactionId);
  const cost = costOf(reading, base.status === "error", options.prices);
  if (cost.unpriced !== undefined) unpriced.push(cost.unpriced);
  return {
    ...base,
    name: span.name,
    input_tokens: reading.usage.input ?? 0,
    output_tokens: reading.usage.output ?? 0,
    cache_read_tokens: reading.usage.cacheRead ?? 0,
    reasoning_tokens: reading.usage.reasoning ?? 0,
    cost_usd: cost.usd,
    input_text: options.limit(lastUserText(reading.input) || reading.query),
    output_text: options.limit(assistantText(reading.output)),
  };
}

function retrievalRow(call: LeafCall, options: CallRowsOptions): ModelCall {
  return {
    ...baseRow(call, "retrieval", options.interactionId),
    name: call.span.name,
    input_text: options.limit(call.reading.query),
    output_text: options.limit(call.reading.documents.join("\n\n")),
  };
}

/**
 * A tool without a span of its own is told from the messages: it ran after the generation that
 * asked for it, for a time that nobody measured.
 */
function toolRow(toolCall: ToolCall, options: CallRowsOptions): ModelCall[] {
  const { call, askedBy } = toolCall;
  const texts = {
    name: toolCall.name,
    input_text: options.limit(toolCall.arguments),
    output_text: options.limit(toolCall.result),
  };
  if (call !== undefined) return [{ ...baseRow(call, "tool", options.interactionId), ...texts }];
  if (askedBy === undefined) return [];
  const { span, reading } = askedBy;
  return [
    {
      ...emptyRow(span, "tool", options.interactionId),
      ...texts,
      started_at: toMilliseconds(endOf(span)),
      operation: "execute_tool",
      dialect: reading.dialects.join("+"),
    },
  ];
}

function baseRow(call: LeafCall, kind: ModelCallKind, interactionId: string): ModelCall {
  const { reading, span } = call;
  const outcome = callOutcome(call);
  return {
    ...emptyRow(span, kind, interactionId),
    duration_ms: durationOf(span),
    status: outcome.status,
    error_type: outcome.errorType,
    operation: reading.operation,
    provider: reading.provider,
    request_model: reading.requestModel,
    response_model: reading.responseModel,
    response_id: reading.responseId,
    finish_reason: reading.finishReasons[0] ?? "",
    dialect: reading.dialects.join("+"),
  };
}

function emptyRow(span: RawSpan, kind: ModelCallKind, interactionId: string): ModelCall {
  return {
    interaction_id: interactionId,
    trace_id: span.traceId,
    span_id: span.spanId,
    parent_span_id: span.parentSpanId,
    kind,
    name: "",
    service_name: span.serviceName,
    started_at: toMilliseconds(span.start),
    duration_ms: 0,
    status: "ok",
    error_type: "",
    operation: "",
    provider: "",
    request_model: "",
    response_model: "",
    response_id: "",
    finish_reason: "",
    input_tokens: 0,
    output_tokens: 0,
    cache_read_tokens: 0,
    reasoning_tokens: 0,
    cost_usd: null,
    input_text: "",
    output_text: "",
    dialect: "",
  };
}
