import type { RawSpan } from "../../../model/telemetry.js";
import { errors } from "../../attribute-names.js";
import { normaliseProvider } from "../../providers.js";
import {
  emptyReading,
  noMarks,
  type Marks,
  type Message,
  type OperationKind,
  type SpanReading,
} from "../../reading.js";
import { countOf, field, isRecord, parseJson, textField, textOf } from "../attribute-values.js";
import type { Dialect } from "../dialect.js";
import { flattenedList } from "../flattened.js";
import { argumentsText, toolResultText } from "../function-calls.js";
import { partsOf, textOfParts } from "../message-parts.js";
import { flatMessages } from "../openinference-messages.js";
import { toolsOf } from "../tool-definitions.js";
import { wrapperMessages } from "../wrapper-content.js";
import { type Operation, operations } from "../operations.js";

const names = {
  spanKind: ["openinference.span.kind"],
  modelName: ["llm.model_name"],
  embeddingModelName: ["embedding.model_name"],
  rerankerModelName: ["reranker.model_name"],
  provider: ["llm.provider", "llm.system"],
  invocationParameters: ["llm.invocation_parameters"],
  finishReason: ["llm.finish_reason"],
  inputTokens: ["llm.token_count.prompt"],
  outputTokens: ["llm.token_count.completion"],
  cacheReadTokens: ["llm.token_count.prompt_details.cache_read"],
  cacheWriteTokens: ["llm.token_count.prompt_details.cache_write"],
  reasoningTokens: ["llm.token_count.completion_details.reasoning"],
  input: ["input.value"],
  output: ["output.value"],
  inputMessages: "llm.input_messages.",
  outputMessages: "llm.output_messages.",
  tools: "llm.tools.",
  toolSchema: "tool.json_schema",
  documents: "retrieval.documents.",
  embeddings: "embedding.embeddings.",
  toolName: ["tool.name", "tool_call.function.name"],
  toolCallId: ["tool_call.id", "tool.id"],
  toolArguments: ["tool_call.function.arguments"],
  metadata: ["metadata"],
  session: ["session.id"],
  user: ["user.id"],
  agentName: ["agent.name", "graph.node.name"],
  promptName: ["llm.prompt_template.name", "prompt.id"],
  promptVersion: ["llm.prompt_template.version"],
} as const;

const kinds = new Map<string, Operation>([
  ["LLM", operations.chat],
  ["AGENT", operations.agent],
  ["CHAIN", operations.chain],
  ["TOOL", operations.tool],
  ["RETRIEVER", operations.retrieval],
  ["EMBEDDING", operations.embeddings],
]);

/** OpenInference: flat `llm.*` attributes, the kind of work in `openinference.span.kind`. */
export const dialect: Dialect = {
  name: "openinference",
  scope: "format",
  recognises: (span) =>
    textOf(span.attributes, names.spanKind) !== "" ||
    textOf(span.attributes, names.modelName) !== "",
  read,
};

function read(span: RawSpan): SpanReading {
  const own = span.attributes;
  const spanKind = textOf(own, names.spanKind).toUpperCase();
  const { kind, operation } = spanKind === "" ? operations.chat : kindOf(spanKind);
  return {
    ...emptyReading,
    kind,
    operation,
    provider: normaliseProvider(textOf(own, names.provider) || metadataOf(own, "ls_provider")),
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
  agent: agentOf,
  none: () => ({}),
};

function kindOf(spanKind: string): Operation {
  return kinds.get(spanKind) ?? operations.none;
}

/** An agent that runs elsewhere says what its calls have used; for others it is a sum of them. */
function agentOf(own: Attributes): Partial<SpanReading> {
  const finishReason = textOf(own, names.finishReason);
  return {
    ...modelOf(own),
    ...wrapperMessages(textOf(own, names.input), textOf(own, names.output)),
    finishReasons: finishReason === "" ? [] : [finishReason],
    usage: usageOf(own),
  };
}

function generationOf(own: Attributes): Partial<SpanReading> {
  const input = flatMessages(own, names.inputMessages, "user");
  const output = flatMessages(own, names.outputMessages, "assistant");
  const asked = textOf(own, names.input);
  const plain = wrapperMessages(asked, textOf(own, names.output));
  const isWhole =
    input.length > 0 && input.length === flattenedList(own, names.inputMessages).length;
  const hasSystem = input.some(({ role }) => role === "system");
  const finishReason = textOf(own, names.finishReason);
  return {
    ...modelOf(own),
    responseId: responseIdOf(own),
    finishReasons: finishReason === "" ? [] : [finishReason],
    usage: usageOf(own),
    input: isWhole || plain.input.length === 0 ? input : withSystem(input, plain.input),
    systemInstructions: hasSystem ? "" : systemOf(plain.input, parseJson(asked)),
    output: output.length > 0 ? output : plain.output,
    tools: toolsOf(flattenedList(own, names.tools).map((item) => item.get(names.toolSchema))),
  };
}

function usageOf(own: Attributes): SpanReading["usage"] {
  return {
    input: countOf(own, names.inputTokens),
    output: countOf(own, names.outputTokens),
    cacheRead: countOf(own, names.cacheReadTokens),
    cacheWrite: countOf(own, names.cacheWriteTokens),
    reasoning: countOf(own, names.reasoningTokens),
  };
}

/** Flat messages may lack the words of some: those of the request are all there. */
function withSystem(flat: readonly Message[], asked: readonly Message[]): readonly Message[] {
  if (asked.some(({ role }) => role === "system")) return asked;
  return [...flat.filter(({ role }) => role === "system"), ...asked];
}

/** Flat messages leave out what a request has beside its messages, and content that is no text. */
function systemOf(messages: readonly Message[], request: unknown): string {
  const said = messages.filter(({ role }) => role === "system");
  if (said.length > 0) return said.map(({ parts }) => textOfParts(parts)).join("\n");
  const system = field(request, "system") ?? field(request, "instructions");
  return textOfParts(partsOf(system));
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
    toolArguments: textOf(own, names.toolArguments) || argumentsText(textOf(own, names.input)),
    toolResult: toolResultText(textOf(own, names.output)),
  };
}

function retrievalOf(own: Attributes): Partial<SpanReading> {
  const documents = flattenedList(own, names.documents)
    .map((item) => item.get("document.content") ?? "")
    .filter((text) => text !== "");
  return { query: textOf(own, names.input), documents };
}

function metadataOf(own: Attributes, name: string): string {
  return textField(parseJson(textOf(own, names.metadata)), name);
}

/** Applications put what they know into `metadata`, as JSON text with names of their own. */
function marksOf(own: Attributes): Marks {
  const metadata = parseJson(textOf(own, names.metadata));
  const known = isRecord(metadata) ? metadata : {};
  return {
    ...noMarks,
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
