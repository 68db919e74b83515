import type { Interaction, ModelCall } from "../../model/interaction.js";
import type { RawSpan } from "../../model/telemetry.js";
import { interactionMarks } from "../attribute-names.js";
import { failedInClient } from "./client-failure.js";
import { limitText } from "./content-limit.js";
import { findConversation, type Conversation } from "./conversation.js";
import { sumCosts } from "../prices/cost.js";
import { interactionOutcome } from "./failure.js";
import { findCalls, type Calls } from "./leaf-calls.js";
import { findMarks } from "./marks.js";
import { callRows } from "./model-calls.js";
import type { PriceList } from "../prices/prices.js";
import { emptyReading, type SpanReading } from "../reading.js";
import type { InteractionScope } from "./roots.js";
import { nanosecondsToDuration, toMilliseconds } from "./span-times.js";
import { findToolCalls } from "./tool-calls.js";
import { toolDefinitionsText } from "./tool-definitions.js";
import { noTurnMarks } from "../sessions/turn-marks.js";
import { endOf, type TraceTree } from "./trace-tree.js";

export interface RowOptions {
  readonly prices: PriceList;
  /** Most characters of one text. */
  readonly contentLimit: number;
  /** The spans of the trace that belong to no interaction; they may say whose this one is. */
  readonly others: readonly RawSpan[];
  /** Milliseconds since the Unix epoch at which the last piece of the trace arrived. */
  readonly arrivedAt: number;
  /** True when the trace was closed although pieces of it may still come. */
  readonly cutShort: boolean;
}

export interface InteractionRows {
  readonly interaction: Interaction;
  readonly modelCalls: readonly ModelCall[];
  readonly unpriced: readonly string[];
}

/** The rows of one interaction, or undefined when its spans hold none. */
export function interactionRows(
  scope: InteractionScope,
  readings: ReadonlyMap<string, SpanReading>,
  tree: TraceTree,
  options: RowOptions,
): InteractionRows | undefined {
  const first = scope.root ?? scope.spans[0];
  if (first === undefined) return undefined;
  const calls = findCalls(scope.spans, readings, tree);
  const conversation = findConversation(calls, tree);
  if (!isInteraction(scope, calls, conversation)) return undefined;

  const limit = (text: string): string => limitText(text, options.contentLimit);
  const interactionId = `${first.traceId}-${scope.rootId}`;
  const toolCalls = findToolCalls(calls);
  const rows = callRows(calls, toolCalls, { interactionId, prices: options.prices, limit });
  const asked = rows.rows.filter(({ kind }) => kind === "generation" || kind === "embedding");
  const priced = asked.filter(
    ({ kind, input_tokens }) => kind === "generation" || input_tokens > 0,
  );
  const sum = (count: (row: ModelCall) => number): number =>
    asked.reduce((total, row) => total + count(row), 0);
  const marks = findMarks({
    spans: scope.spans,
    logs: scope.spans.flatMap((span) => tree.logsOf(span.spanId)),
    others: options.others,
    readings,
  });
  const outcome = interactionOutcome(
    scope.root,
    readings.get(scope.root?.spanId ?? ""),
    conversation.final,
  );
  const model = modelOf(conversation, calls);
  return {
    interaction: {
      interaction_id: interactionId,
      trace_id: first.traceId,
      span_id: scope.rootId,
      service_name: serviceOf(scope, readings) || first.serviceName,
      environment: marks.environment,
      release: marks.release,
      agent_name: marks.agent,
      feature: marks.feature,
      user_id: limit(marks.user),
      user_segment: marks.segment,
      session_id: limit(marks.session),
      variant: marks.variant,
      ...timesOf(scope, conversation.final?.span),
      status: outcome.status,
      error_type: outcome.errorType,
      operation: operationOf(scope, readings, model),
      provider: model.provider,
      request_model: model.requestModel,
      response_model: model.responseModel,
      input_text: limit(conversation.input),
      output_text: limit(conversation.output),
      system_text: limit(conversation.system),
      tool_definitions: toolDefinitionsText(calls, options.contentLimit),
      context: calls.retrievals.flatMap((call) => call.reading.documents.map(limit)),
      input_tokens: sum((row) => row.input_tokens),
      output_tokens: sum((row) => row.output_tokens),
      cache_read_tokens: sum((row) => row.cache_read_tokens),
      reasoning_tokens: sum((row) => row.reasoning_tokens),
      // What answered without a call that was read has cost something that nobody knows.
      cost_usd:
        asked.length === 0 && outcome.status === "ok"
          ? null
          : sumCosts(priced.map((row) => row.cost_usd)),
      model_calls: asked.length,
      tool_calls: toolCalls.length,
      retrievals: calls.retrievals.length,
      prompt_name: marks.promptName,
      prompt_version: marks.promptVersion,
      intent: "",
      complexity: null,
      response_ids: [...new Set(asked.map((row) => row.response_id).filter((id) => id !== ""))],
      complete: scope.isComplete && !options.cutShort,
      dialect: dialectsOf(scope, readings),
      arrived_at: options.arrivedAt,
      // A turn's place among others is not known from its own trace: see `turn-marks.ts`.
      turn_index: 0,
      ...noTurnMarks,
    },
    modelCalls: rows.rows,
    unpriced: rows.unpriced,
  };
}

/** The service of the outermost GenAI work: what is in front of it may be a proxy or a web server. */
function serviceOf(
  { spans }: InteractionScope,
  readings: ReadonlyMap<string, SpanReading>,
): string {
  const own = spans.find(
    (span) =>
      (readings.get(span.spanId)?.kind ?? "none") !== "none" ||
      interactionMarks.some((name) => span.attributes.has(name)),
  );
  return own?.serviceName ?? "";
}

/**
 * A model or an agent was asked something; or an application's span that serves GenAI
 * interactions failed, since several libraries leave no span of a call that failed.
 */
function isInteraction(
  { root }: InteractionScope,
  calls: Calls,
  conversation: Conversation,
): boolean {
  if (calls.generations.length > 0) return true;
  if (calls.wrappers.some(({ reading }) => reading.operation === "invoke_agent")) return true;
  const asked = calls.wrappers.some(({ reading }) => reading.operation !== "chain");
  if (asked && (conversation.input !== "" || conversation.output !== "")) return true;
  if (root === undefined || root.statusCode !== "Error") return false;
  if (interactionMarks.some((name) => root.attributes.has(name))) return true;
  // Frameworks have spans for every step, and the exception on each of them.
  return calls.wrappers.length === 0 && failedInClient(root);
}

/** The final generation's words, and an agent's where no generation was read. */
function modelOf({ final }: Conversation, calls: Calls): SpanReading {
  return final?.reading ?? calls.wrappers[0]?.reading ?? emptyReading;
}

/** The topmost operation that was read. */
function operationOf(
  { spans }: InteractionScope,
  readings: ReadonlyMap<string, SpanReading>,
  model: SpanReading,
): string {
  const agent = spans
    .map((span) => readings.get(span.spanId))
    .find((reading) => reading?.kind === "agent" && reading.operation !== "chain");
  return agent?.operation || model.operation;
}

/** From the root where it is there, else from the first start to the last end that are known. */
function timesOf(
  { root, spans }: InteractionScope,
  final: RawSpan | undefined,
): Pick<Interaction, "started_at" | "duration_ms"> {
  // A root may only put the work into a queue: what answers comes after its end.
  const later =
    root !== undefined && final !== undefined && final.start > endOf(root) ? [final] : [];
  const known: readonly RawSpan[] = root === undefined ? spans : [root, ...later];
  const start = known
    .map((span) => span.start)
    .reduce((left, right) => (left < right ? left : right));
  const end = known.map(endOf).reduce((left, right) => (left > right ? left : right));
  return { started_at: toMilliseconds(start), duration_ms: nanosecondsToDuration(end - start) };
}

function dialectsOf(
  { spans }: InteractionScope,
  readings: ReadonlyMap<string, SpanReading>,
): string {
  const names = new Set(spans.flatMap((span) => readings.get(span.spanId)?.dialects ?? []));
  return [...names].toSorted().join("+");
}
