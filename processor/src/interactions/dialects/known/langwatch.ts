import type { RawSpan } from "../../../model/telemetry.js";
import { emptyReading, noMarks, type OperationKind, type SpanReading } from "../../reading.js";
import { asText, field, numberField, parseJson, textOf } from "../attribute-values.js";
import type { Dialect } from "../dialect.js";
import { documentsOf } from "../documents.js";
import { readMessages } from "../messages.js";
import { wrapperMessages } from "../wrapper-content.js";
import { type Operation, operations } from "../operations.js";

const names = {
  type: ["langwatch.span.type"],
  input: ["langwatch.input"],
  output: ["langwatch.output"],
  contexts: ["langwatch.contexts"],
  metrics: ["langwatch.metrics"],
  user: ["langwatch.user.id"],
  session: ["langwatch.thread.id"],
} as const;

const kinds = new Map<string, Operation>([
  ["llm", operations.chat],
  ["agent", operations.agent],
  ["workflow", operations.workflow],
  ["chain", operations.chain],
  ["component", operations.chain],
  ["rag", operations.retrieval],
  ["tool", operations.tool],
]);

/** LangWatch: values with their type, as JSON text: `{type: "text", value: "..."}`. */
export const dialect: Dialect = {
  name: "langwatch",
  scope: "library",
  recognises: ({ attributes }) => attributes.has(names.type[0]) || attributes.has(names.session[0]),
  read,
};

function read({ attributes: own, name }: RawSpan): SpanReading {
  const { kind, operation } = kinds.get(textOf(own, names.type)) ?? operations.none;
  const marks = { ...noMarks, user: textOf(own, names.user), session: textOf(own, names.session) };
  const input = valueOf(textOf(own, names.input));
  const output = valueOf(textOf(own, names.output));
  const reading = { ...emptyReading, kind, operation, marks };
  return { ...reading, ...particulars[kind](input, output, own, name) };
}

type Particulars = (
  input: string,
  output: string,
  own: ReadonlyMap<string, string>,
  name: string,
) => Partial<SpanReading>;

const particulars: Readonly<Record<OperationKind, Particulars>> = {
  generation: (input, output, own) => ({
    input: readMessages(input, "user").messages,
    output: readMessages(output, "assistant").messages,
    usage: usageOf(valueOf(textOf(own, names.metrics))),
  }),
  agent: (input, output) => wrapperMessages(input, output),
  retrieval: (input, _output, own) => ({
    query: input,
    documents: documentsOf(valueOf(textOf(own, names.contexts))),
  }),
  tool: (input, output, _own, name) => ({
    toolName: name,
    toolArguments: input,
    toolResult: output,
  }),
  embedding: (input) => ({ query: input }),
  none: () => ({}),
};

/** What is inside `{type, value}`, a text as it is. */
function valueOf(text: string): string {
  const value = field(parseJson(text), "value");
  return value === undefined ? text : asText(value);
}

function usageOf(metrics: string): SpanReading["usage"] {
  const value = parseJson(metrics);
  return {
    ...emptyReading.usage,
    input: numberField(value, "promptTokens"),
    output: numberField(value, "completionTokens"),
    reasoning: numberField(value, "reasoningTokens"),
  };
}
