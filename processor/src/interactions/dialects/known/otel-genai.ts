import type { RawLog, RawSpan } from "../../../model/telemetry.js";
import { genAi, genAiEvents, errors } from "../../attribute-names.js";
import { normaliseProvider } from "../../providers.js";
import { emptyReading, noMarks, type OperationKind, type SpanReading } from "../../reading.js";
import { countOf, listOf, textOf } from "../attribute-values.js";
import type { Dialect } from "../dialect.js";
import { documentsOf } from "../documents.js";
import { contentOf } from "../otel-genai-content.js";

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
]);

const telling = [
  ...genAi.operation,
  ...genAi.provider,
  ...genAi.requestModel,
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
  return {
    ...emptyReading,
    ...content,
    kind: kindOf(operation, span),
    operation,
    provider: normaliseProvider(text(genAi.provider)),
    requestModel: text(genAi.requestModel),
    responseModel: text(genAi.responseModel),
    responseId: text(genAi.responseId),
    serviceTier: text(genAi.serviceTier).toLowerCase(),
    finishReasons: [
      ...(sources.map((source) => listOf(source, genAi.finishReasons)).find((list) => list[0]) ??
        []),
    ],
    usage: {
      input: count(genAi.inputTokens),
      output: count(genAi.outputTokens),
      cacheRead: count(genAi.cacheReadTokens),
      cacheWrite: count(genAi.cacheWriteTokens),
      reasoning: count(genAi.reasoningTokens),
    },
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

/**
 * Spans without a known operation name are told by what they carry: a model that was asked is a
 * generation, unless the request type of older libraries says otherwise.
 */
function kindOf(operation: string, span: RawSpan): OperationKind {
  const known = kinds.get(operation) ?? kinds.get(textOf(span.attributes, genAi.requestType));
  if (known !== undefined) return known;
  if (operation !== "") return "none";
  if (textOf(span.attributes, genAi.toolName) !== "") return "tool";
  return textOf(span.attributes, genAi.requestModel) === "" ? "none" : "generation";
}
