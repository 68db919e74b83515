import type { RawLog, RawSpan } from "../../../model/telemetry.js";
import { genAi, genAiEvents, errors } from "../../attribute-names.js";
import { normaliseProvider } from "../../providers.js";
import {
  emptyReading,
  noMarks,
  type Message,
  type OperationKind,
  type SpanReading,
  type TokenUsage,
} from "../../reading.js";
import { countOf, listOf, textOf } from "../attribute-values.js";
import type { Dialect } from "../dialect.js";
import { documentsOf } from "../documents.js";
import { contentOf } from "../otel-genai-content.js";
import { toolsOfText } from "../tool-definitions.js";

const kinds = new Map<string, OperationKind>([
  ["chat", "generation"],
  ["generate_content", "generation"],
  ["text_completion", "generation"],
  ["completion", "generation"],
  ["embeddings", "embedding"],
  ["embedding", "embedding"],
  ["retrieval", "retrieval"],
  ["execute_tool", "tool"],
  ["create_agent", "none"],
  ["invoke_agent", "agent"],
  ["invoke_workflow", "agent"],
  ["agent_step", "agent"],
  ["plan", "agent"],
  // Azure's agents.
  ["process_thread_run", "generation"],
  ["start_thread_run", "generation"],
  ["create_message", "none"],
  ["create_thread", "none"],
  // Models that say nothing.
  ["rerank", "none"],
  ["moderation", "none"],
  ["image_generation", "none"],
  ["speech", "none"],
]);

const telling = [
  ...genAi.operation,
  ...genAi.provider,
  ...genAi.requestModel,
  ...genAi.responseModel,
  ...genAi.inputMessages,
  ...genAi.outputMessages,
  ...genAi.toolName,
];

/**
 * The OpenTelemetry conventions for GenAI, current and older names; content in attributes (as
 * JSON text), in log records of both kinds, or in span events.
 */
export const dialect: Dialect = { name: "otel-genai", scope: "conventions", recognises, read };

function recognises(span: RawSpan, logs: readonly RawLog[]): boolean {
  return (
    telling.some((name) => span.attributes.has(name)) ||
    logs.some((log) => log.eventName === genAiEvents.details)
  );
}

function read(span: RawSpan, logs: readonly RawLog[]): SpanReading {
  const own = span.attributes;
  const details = logs.filter((log) => log.eventName === genAiEvents.details);
  const sources = [own, ...details.map((log) => log.attributes)];
  const text = (names: readonly string[]): string =>
    sources.map((source) => textOf(source, names)).find((value) => value !== "") ?? "";
  const count = (names: readonly string[]): number | undefined =>
    sources.map((source) => countOf(source, names)).find((value) => value !== undefined);
  const content = contentOf(span, logs);
  const operation = text(genAi.operation);
  const finishReasons =
    sources.map((source) => listOf(source, genAi.finishReasons)).find((list) => list[0]) ?? [];
  return {
    ...emptyReading,
    ...content,
    output: firstChoice(content.output, finishReasons),
    kind: kindOf(operation.toLowerCase(), span, content.output.length > 0),
    operation,
    provider: normaliseProvider(text(genAi.provider)),
    requestModel: text(genAi.requestModel),
    responseModel: text(genAi.responseModel),
    responseId: text(genAi.responseId),
    serviceTier: text(genAi.serviceTier).toLowerCase(),
    finishReasons,
    usage: withCached({
      input: count(genAi.inputTokens),
      output: count(genAi.outputTokens),
      cacheRead: count(genAi.cacheReadTokens),
      cacheWrite: count(genAi.cacheWriteTokens),
      reasoning: count(genAi.reasoningTokens),
    }),
    reportedCost: amountOf(text(genAi.cost)),
    tools: toolsOfText(text(genAi.toolDefinitions)),
    toolName: text(genAi.toolName),
    toolCallId: text(genAi.toolCallId),
    toolArguments: text(genAi.toolArguments),
    toolResult: text(genAi.toolResult),
    query: text(genAi.retrievalQuery),
    documents: documentsOf(text(genAi.retrievalDocuments)),
    marks: {
      ...noMarks,
      session: text(genAi.conversation),
      agent: text(genAi.agentName),
      promptName: text(genAi.promptName),
      promptVersion: text(genAi.promptVersion),
    },
    errorType: text(errors.type),
  };
}

/** Several answers to one question are not one answer: the first one is kept. */
function firstChoice(
  output: readonly Message[],
  finishReasons: readonly string[],
): readonly Message[] {
  const areChoices = finishReasons.length > 1 && output.length === finishReasons.length;
  return areChoices ? output.slice(0, 1) : output;
}

/** Cached tokens are among the input; where they are more than it, a library has left them out. */
function withCached(usage: TokenUsage): TokenUsage {
  const cached = (usage.cacheRead ?? 0) + (usage.cacheWrite ?? 0);
  const isLeftOut = usage.input !== undefined && cached > usage.input;
  return isLeftOut ? { ...usage, input: (usage.input ?? 0) + cached } : usage;
}

/** US dollars; undefined for none and for what is no amount. */
function amountOf(text: string): number | undefined {
  const amount = text === "" ? Number.NaN : Number(text);
  return amount > 0 && Number.isFinite(amount) ? amount : undefined;
}

/**
 * Spans without a known operation name are told by what they carry: a model that was asked is a
 * generation, unless the request type of older libraries says otherwise. Libraries have names of
 * their own as well: a model that answered is a generation under any name.
 */
function kindOf(operation: string, span: RawSpan, hasAnswer: boolean): OperationKind {
  const own = span.attributes;
  const known = kinds.get(operation) ?? kinds.get(textOf(own, genAi.requestType).toLowerCase());
  if (known !== undefined) return known;
  if (textOf(own, genAi.toolName) !== "") return "tool";
  const hasModel = textOf(own, [...genAi.requestModel, ...genAi.responseModel]) !== "";
  if (operation === "") return hasModel ? "generation" : "none";
  const answered = hasAnswer || (countOf(own, genAi.outputTokens) ?? 0) > 0;
  return hasModel && answered ? "generation" : "none";
}
