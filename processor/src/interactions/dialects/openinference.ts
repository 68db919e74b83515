import type { RawSpan } from "../../model/telemetry.js";
import { errors, openInference as names } from "../attribute-names.js";
import { normaliseProvider } from "../providers.js";
import { emptyReading, type Marks, type OperationKind, type SpanReading } from "../reading.js";
import { countOf, field, isRecord, parseJson, textField, textOf } from "./attribute-values.js";
import type { Dialect } from "./dialect.js";
import { flattenedList } from "./flattened.js";
import { flatMessages } from "./openinference-messages.js";
import { wrapperMessages } from "./wrapper-content.js";

const kinds = new Map<string, { readonly kind: OperationKind; readonly operation: string }>([
  ["LLM", { kind: "generation", operation: "chat" }],
  ["AGENT", { kind: "agent", operation: "invoke_agent" }],
  ["CHAIN", { kind: "agent", operation: "chain" }],
  ["TOOL", { kind: "tool", operation: "execute_tool" }],
  ["RETRIEVER", { kind: "retrieval", operation: "retrieval" }],
  ["EMBEDDING", { kind: "embedding", operation: "embeddings" }],
]);

const unknownKind = { kind: "none", operation: "" } as const;

/** OpenInference: flat `llm.*` attributes, the kind of work in `openinference.span.kind`. */
export const openInference: Dialect = {
  name: "openinference",
  recognises: (span) =>
    textOf(span.attributes, names.spanKind) !== "" ||
    textOf(span.attributes, names.modelName) !== "",
  read,
};

function read(span: RawSpan): SpanReading {
  const own = span.attributes;
  const spanKind = textOf(own, names.spanKind).toUpperCase();
  const { kind, operation } =
    spanKind === "" ? { kind: "generation" as const, operation: "chat" } : kindOf(spanKind);
  return {
    ...emptyReading,
    kind,
    operation,
    provider: normaliseProvider(textOf(own, names.provider)),
    marks: marksOf(own),
    errorType: textOf(own, errors.type),
    ...particulars[kind](own, span.name),
  };
}

type Attributes = ReadonlyMap<string, string>;

/** What is read of a span beside what every span has, by its kind. */
const particulars: Readonly<
  Record<OperationKind, (own: Attributes, spanName: string) => Partial<SpanReading>>
> = {
  generation: generationOf,
  embedding: embeddingOf,
  tool: toolOf,
  retrieval: retrievalOf,
  agent: (own) => wrapperMessages(textOf(own, names.input), textOf(own, names.output)),
  none: () => ({}),
};

function kindOf(spanKind: string): { readonly kind: OperationKind; readonly operation: string } {
  return kinds.get(spanKind) ?? unknownKind;
}

function generationOf(own: Attributes): Partial<SpanReading> {
  const input = flatMessages(own, names.inputMessages, "user");
  const output = flatMessages(own, names.outputMessages, "assistant");
  const plain = wrapperMessages(textOf(own, names.input), textOf(own, names.output));
  const finishReason = textOf(own, names.finishReason);
  return {
    ...modelOf(own),
    responseId: responseIdOf(own),
    finishReasons: finishReason === "" ? [] : [finishReason],
    usage: {
      input: countOf(own, names.inputTokens),
      output: countOf(own, names.outputTokens),
      cacheRead: countOf(own, names.cacheReadTokens),
      cacheWrite: countOf(own, names.cacheWriteTokens),
      reasoning: countOf(own, names.reasoningTokens),
    },
    input: input.length > 0 ? input : plain.input,
    output: output.length > 0 ? output : plain.output,
  };
}

/** One attribute holds the model that was asked and, once there is an answer, the one that answered. */
function modelOf(own: Attributes): Pick<SpanReading, "requestModel" | "responseModel"> {
  const named = textOf(own, [...names.modelName, ...names.embeddingModelName]);
  const asked = textField(parseJson(textOf(own, names.invocationParameters)), "model");
  return { requestModel: asked || named, responseModel: named };
}

/** The provider's answer is kept whole in `output.value`, its id included. */
function responseIdOf(own: Attributes): string {
  const answer = parseJson(textOf(own, names.output));
  const isAnswer = ["choices", "object", "usage"].some((name) => field(answer, name) !== undefined);
  return isAnswer ? textField(answer, "id") : "";
}

function embeddingOf(own: Attributes): Partial<SpanReading> {
  const texts = flattenedList(own, names.embeddings)
    .map((item) => item.get("embedding.text") ?? "")
    .filter((text) => text !== "");
  return {
    ...modelOf(own),
    query: texts.length > 0 ? texts.join("\n") : textOf(own, names.input),
    usage: { ...emptyReading.usage, input: countOf(own, names.inputTokens) },
  };
}

function toolOf(own: Attributes, spanName: string): Partial<SpanReading> {
  return {
    toolName: textOf(own, names.toolName) || spanName,
    toolCallId: textOf(own, names.toolCallId),
    toolArguments: textOf(own, names.toolArguments) || textOf(own, names.input),
    toolResult: textOf(own, names.output),
  };
}

function retrievalOf(own: Attributes): Partial<SpanReading> {
  const documents = flattenedList(own, names.documents)
    .map((item) => item.get("document.content") ?? "")
    .filter((text) => text !== "");
  return { query: textOf(own, names.input), documents };
}

/** Applications put what they know into `metadata`, as JSON text with names of their own. */
function marksOf(own: Attributes): Marks {
  const metadata = parseJson(textOf(own, names.metadata));
  const known = isRecord(metadata) ? metadata : {};
  return {
    session:
      textOf(own, names.session) ||
      textField(known, "session_id", "sessionId", "thread_id", "conversation_id"),
    user: textOf(own, names.user) || textField(known, "user_id", "userId"),
    agent: textOf(own, names.agentName),
    promptName: textOf(own, names.promptName) || textField(known, "prompt_name", "promptName"),
    promptVersion:
      textOf(own, names.promptVersion) || textField(known, "prompt_version", "promptVersion"),
  };
}
