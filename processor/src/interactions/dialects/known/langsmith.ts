import type { RawSpan } from "../../../model/telemetry.js";
import { errors } from "../../attribute-names.js";
import { normaliseProvider } from "../../providers.js";
import { emptyReading, noMarks, type OperationKind, type SpanReading } from "../../reading.js";
import {
  countOf,
  field,
  listOf,
  numberField,
  parseJson,
  textField,
  textOf,
} from "../attribute-values.js";
import type { Dialect } from "../dialect.js";
import { documentsOf } from "../documents.js";
import { readMessages } from "../messages.js";
import { wrapperMessages } from "../wrapper-content.js";
import { type Operation, operations } from "../operations.js";
import { toolsOf } from "../tool-definitions.js";

const names = {
  kind: ["langsmith.span.kind"],
  input: ["gen_ai.prompt"],
  output: ["gen_ai.completion"],
  inputDetails: ["gen_ai.usage.input_token_details"],
  outputDetails: ["gen_ai.usage.output_token_details"],
  inputTokens: ["gen_ai.usage.input_tokens"],
  outputTokens: ["gen_ai.usage.output_tokens"],
  provider: ["langsmith.metadata.ls_provider", "gen_ai.system"],
  model: ["gen_ai.request.model", "langsmith.metadata.ls_model_name"],
  session: [
    "langsmith.metadata.session_id",
    "langsmith.metadata.thread_id",
    "langsmith.metadata.conversation_id",
  ],
  user: ["langsmith.metadata.user_id"],
  agent: ["langsmith.metadata.lc_agent_name"],
  finishReasons: ["gen_ai.response.finish_reasons"],
  id: ["gen_ai.response.id"],
  responseModel: ["gen_ai.response.model"],
} as const;

const kinds = new Map<string, Operation>([
  ["llm", operations.chat],
  ["chain", operations.chain],
  ["tool", operations.tool],
  ["retriever", operations.retrieval],
  ["embedding", operations.embeddings],
]);

/**
 * LangSmith's export to OTel: whole requests and answers as JSON text in `gen_ai.prompt` and
 * `gen_ai.completion`, what the application knows in `langsmith.metadata.*`.
 */
export const dialect: Dialect = {
  name: "langsmith",
  scope: "library",
  recognises: ({ attributes }) => attributes.has(names.kind[0]),
  read,
};

type Attributes = ReadonlyMap<string, string>;

function read(span: RawSpan): SpanReading {
  const own = span.attributes;
  const { kind, operation } = kindOf(own);
  return {
    ...emptyReading,
    kind,
    operation,
    marks: {
      ...noMarks,
      session: textOf(own, names.session),
      user: textOf(own, names.user),
      agent: textOf(own, names.agent),
    },
    errorType: errorOf(span),
    ...particulars[kind](own, span.name),
  };
}

/** A run whose call of a model has no span of its own has the call's attributes on it. */
function kindOf(own: Attributes): Operation {
  const known = kinds.get(textOf(own, names.kind).toLowerCase());
  const called = textOf(own, names.responseModel) !== "" || own.has(names.inputTokens[0]);
  if (known?.kind === "agent" && called) return operations.chat;
  return known ?? operations.none;
}

const particulars: Readonly<
  Record<OperationKind, (own: Attributes, spanName: string) => Partial<SpanReading>>
> = {
  generation: (own) => ({
    provider: normaliseProvider(textOf(own, names.provider)),
    requestModel: textOf(own, names.model),
    responseModel: textOf(own, names.responseModel),
    responseId: textOf(own, names.id),
    finishReasons: listOf(own, names.finishReasons),
    usage: usageOf(own),
    input: questionOf(textOf(own, names.input)),
    tools: toolsOf(field(parseJson(textOf(own, names.input)), "tools")),
    output: readMessages(textOf(own, names.output), "assistant").messages,
  }),
  embedding: (own) => ({ requestModel: textOf(own, names.model), usage: usageOf(own) }),
  tool: (own, spanName) => ({
    toolName: spanName,
    toolArguments: textOf(own, names.input),
    toolResult: textOf(own, names.output),
  }),
  retrieval: (own) => ({
    query: queryOf(textOf(own, names.input)),
    documents: documentsOf(textOf(own, names.output)),
  }),
  agent: (own) => wrapperMessages(textOf(own, names.input), textOf(own, names.output)),
  none: () => ({}),
};

/** The Responses API's request is `{args: [{input, instructions}]}`. */
function questionOf(text: string): SpanReading["input"] {
  const args = field(parseJson(text), "args");
  const request = Array.isArray(args) ? (args[0] as unknown) : parseJson(text);
  const input = field(request, "input");
  if (input === undefined) return readMessages(text, "user").messages;
  const system = textField(request, "instructions");
  const asked = typeof input === "string" ? input : JSON.stringify(input);
  return [...readMessages(system, "system").messages, ...readMessages(asked, "user").messages];
}

function queryOf(text: string): string {
  return textField(parseJson(text), "query", "input", "question") || text;
}

function usageOf(own: Attributes): SpanReading["usage"] {
  const input = parseJson(textOf(own, names.inputDetails));
  const output = parseJson(textOf(own, names.outputDetails));
  return {
    input: countOf(own, names.inputTokens),
    output: countOf(own, names.outputTokens),
    cacheRead: numberField(input, "cache_read"),
    cacheWrite: numberField(input, "cache_creation"),
    reasoning: numberField(output, "reasoning"),
  };
}

/** Spans of runs that failed have the status Ok and an exception. */
function errorOf(span: RawSpan): string {
  const event = span.events.findLast(({ name }) => name === errors.exceptionEvent);
  if (event === undefined) return "";
  return textOf(event.attributes, [...errors.exceptionType, "exception.message"]) || "error";
}
