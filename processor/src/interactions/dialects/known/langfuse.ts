import type { RawSpan } from "../../../model/telemetry.js";
import { emptyReading, noMarks, type OperationKind, type SpanReading } from "../../reading.js";
import { field, isRecord, numberField, parseJson, textField, textOf } from "../attribute-values.js";
import type { Dialect } from "../dialect.js";
import { documentsOf } from "../documents.js";
import { argumentsText, toolResultText } from "../function-calls.js";
import { readMessages } from "../messages.js";
import { wrapperMessages } from "../wrapper-content.js";
import { type Operation, operations } from "../operations.js";
import { toolsOf } from "../tool-definitions.js";

const names = {
  type: ["langfuse.observation.type"],
  input: ["langfuse.observation.input"],
  output: ["langfuse.observation.output"],
  traceInput: ["langfuse.trace.input"],
  traceOutput: ["langfuse.trace.output"],
  model: ["langfuse.observation.model.name"],
  usage: ["langfuse.observation.usage_details"],
  cost: ["langfuse.observation.cost_details"],
  level: ["langfuse.observation.level"],
  statusMessage: ["langfuse.observation.status_message"],
  instructions: ["langfuse.observation.metadata.instructions"],
  promptName: ["langfuse.observation.prompt.name"],
  promptVersion: ["langfuse.observation.prompt.version"],
  session: ["session.id", "langfuse.session.id", "langfuse.trace.session_id"],
  user: ["user.id", "langfuse.user.id", "langfuse.trace.user_id"],
  environment: ["langfuse.environment"],
  release: ["langfuse.release", "langfuse.version"],
  traceName: ["langfuse.trace.name"],
  isRoot: "langfuse.internal.is_app_root",
} as const;

const kinds = new Map<string, Operation>([
  ["generation", operations.chat],
  ["embedding", operations.embeddings],
  ["tool", operations.tool],
  ["retriever", operations.retrieval],
  ["agent", operations.agent],
  ["chain", operations.chain],
]);

/** SDKs of Langfuse: spans named by the user, everything else in `langfuse.*`, mostly as JSON text. */
export const dialect: Dialect = {
  name: "langfuse",
  scope: "library",
  recognises: ({ attributes }) =>
    attributes.has(names.type[0]) || attributes.has(names.traceInput[0]),
  read,
};

type Attributes = ReadonlyMap<string, string>;

function read(span: RawSpan): SpanReading {
  const own = span.attributes;
  const { kind, operation } = kindOf(span);
  return {
    ...emptyReading,
    kind,
    operation,
    marks: {
      ...noMarks,
      session: textOf(own, names.session),
      user: textOf(own, names.user),
      agent: operation === "invoke_agent" ? span.name : "",
      feature: textOf(own, names.traceName),
      environment: textOf(own, names.environment),
      release: textOf(own, names.release),
      promptName: textOf(own, names.promptName),
      promptVersion: textOf(own, names.promptVersion),
    },
    errorType:
      textOf(own, names.level) === "ERROR" ? textOf(own, names.statusMessage) || "error" : "",
    ...particulars[kind](own, span),
  };
}

/**
 * A plain span is a wrapper where it is the application's root: below it, it may be anything, such
 * as the retriever of a framework.
 */
function kindOf(span: RawSpan): Operation {
  const own = span.attributes;
  const known = kinds.get(textOf(own, names.type));
  if (known !== undefined) return known;
  if (isListOfPages(parseJson(textOf(own, names.output)))) {
    return operations.retrieval;
  }
  const isRoot = own.get(names.isRoot) === "true" || span.parentSpanId === "";
  return { kind: isRoot ? "agent" : "none", operation: "chain" };
}

function isListOfPages(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item) => textField(item, "pageContent", "page_content") !== "")
  );
}

const particulars: Readonly<
  Record<OperationKind, (own: Attributes, span: RawSpan) => Partial<SpanReading>>
> = {
  generation: generationOf,
  embedding: (own) => ({
    ...modelOf(own),
    query: textOf(own, names.input),
    usage: usageOf(own),
  }),
  tool: (own, span) => ({
    toolName: span.name,
    toolArguments: argumentsText(textOf(own, names.input)),
    toolResult: toolResultText(textOf(own, names.output)),
  }),
  retrieval: (own) => ({
    query: queryOf(textOf(own, names.input)),
    documents: documentsOf(textOf(own, names.output)),
  }),
  agent: (own) =>
    wrapperMessages(
      argumentsText(textOf(own, [...names.traceInput, ...names.input])),
      textOf(own, [...names.traceOutput, ...names.output]),
    ),
  none: () => ({}),
};

function generationOf(own: Attributes): Partial<SpanReading> {
  const input = readMessages(textOf(own, names.input), "user");
  const output = readMessages(textOf(own, names.output), "assistant");
  const cost = field(parseJson(textOf(own, names.cost)), "total");
  return {
    ...modelOf(own),
    input: input.messages,
    output: output.messages,
    systemInstructions: textOf(own, names.instructions),
    tools: toolsOf(field(parseJson(textOf(own, names.input)), "tools")),
    usage: usageOf(own),
    reportedCost: typeof cost === "number" && cost > 0 ? cost : undefined,
    notes: [...input.notes, ...output.notes],
  };
}

/** One attribute holds the model that answered, or the one that was asked. */
function modelOf(own: Attributes): Pick<SpanReading, "requestModel" | "responseModel"> {
  const model = textOf(own, names.model);
  return { requestModel: model, responseModel: model };
}

/**
 * Counts of tokens under names that begin with `input` and `output`: the parts are not contained in
 * `input` and `output` themselves, unless the total says that they are.
 */
function usageOf(own: Attributes): SpanReading["usage"] {
  const details = parseJson(textOf(own, names.usage));
  if (!isRecord(details)) return emptyReading.usage;
  const plainInput = numberField(details, "input", "prompt_tokens", "promptTokens", "input_tokens");
  const plainOutput = numberField(
    details,
    "output",
    "completion_tokens",
    "completionTokens",
    "output_tokens",
  );
  const total = numberField(details, "total", "total_tokens", "totalTokens");
  const containsParts = total !== undefined && total === (plainInput ?? 0) + (plainOutput ?? 0);
  const partsOf = (pattern: RegExp): number =>
    Object.entries(details).reduce(
      (sum, [name, value]) => (pattern.test(name) && typeof value === "number" ? sum + value : sum),
      0,
    );
  const withParts = (plain: number | undefined, pattern: RegExp): number | undefined =>
    plain === undefined || containsParts ? plain : plain + partsOf(pattern);
  return {
    input: withParts(plainInput, /^input_(?!tokens$)|^cache_(read|creation)_/),
    output: withParts(plainOutput, /^output_(?!tokens$)/),
    cacheRead:
      numberField(details, "input_cached_tokens", "input_cache_read", "cache_read_input_tokens") ??
      numberField(field(details, "prompt_tokens_details"), "cached_tokens") ??
      numberField(field(details, "input_tokens_details"), "cached_tokens"),
    cacheWrite: numberField(details, "input_cache_creation", "cache_creation_input_tokens"),
    reasoning:
      numberField(details, "output_reasoning_tokens", "output_reasoning") ??
      numberField(field(details, "completion_tokens_details"), "reasoning_tokens") ??
      numberField(field(details, "output_tokens_details"), "reasoning_tokens"),
  };
}

function queryOf(input: string): string {
  return textField(parseJson(input), "query", "question", "input", "text") || input;
}
