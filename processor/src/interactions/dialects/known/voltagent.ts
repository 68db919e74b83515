import type { RawSpan } from "../../../model/telemetry.js";
import { emptyReading, noMarks, type OperationKind, type SpanReading } from "../../reading.js";
import { countOf, textOf } from "../attribute-values.js";
import type { Dialect } from "../dialect.js";
import { documentsOf } from "../documents.js";
import { readMessages } from "../messages.js";

const names = {
  type: ["span.type"],
  input: ["input"],
  messages: ["llm.messages", "input"],
  output: ["output"],
  model: ["llm.model", "ai.model.name"],
  session: ["conversation.id", "voltagent.conversation_id"],
  user: ["user.id"],
  agent: ["entity.name"],
  toolName: ["tool.name"],
  toolCallId: ["tool.call.id"],
  inputTokens: ["usage.prompt_tokens"],
  outputTokens: ["usage.completion_tokens"],
  cacheRead: ["usage.cached_tokens", "llm.usage.cached_tokens"],
  reasoning: ["usage.reasoning_tokens", "llm.usage.reasoning_tokens"],
} as const;

const kinds = new Map<string, OperationKind>([
  ["llm", "generation"],
  ["tool", "tool"],
  ["retriever", "retrieval"],
]);

/** The spans of VoltAgent say `input` and `output`, and its agent's span the tokens of all calls. */
export const dialect: Dialect = {
  name: "voltagent",
  scope: "library",
  recognises: ({ scopeName }) => scopeName.startsWith("@voltagent/"),
  read,
};

function read({ attributes: own, parentSpanId }: RawSpan): SpanReading {
  const type = textOf(own, names.type);
  const isAgent = own.has(names.inputTokens[0]) || (type === "" && parentSpanId === "");
  const kind = kinds.get(type) ?? (isAgent || type === "agent" ? "agent" : "none");
  const input = textOf(own, names.input);
  const output = textOf(own, names.output);
  const reading: SpanReading = {
    ...emptyReading,
    kind,
    marks: {
      ...noMarks,
      session: textOf(own, names.session),
      user: textOf(own, names.user),
      agent: kind === "agent" ? textOf(own, names.agent) : "",
    },
  };
  return { ...reading, ...particulars[kind](own, input, output) };
}

type Attributes = ReadonlyMap<string, string>;
type Particulars = (own: Attributes, input: string, output: string) => Partial<SpanReading>;

const particulars: Readonly<Record<OperationKind, Particulars>> = {
  generation: (own, _input, output) => ({
    operation: "chat",
    requestModel: textOf(own, names.model),
    input: readMessages(textOf(own, names.messages), "user").messages,
    output: readMessages(output, "assistant").messages,
  }),
  tool: (own, input, output) => ({
    operation: "execute_tool",
    toolName: textOf(own, names.toolName),
    toolCallId: textOf(own, names.toolCallId),
    toolArguments: input,
    toolResult: output,
  }),
  retrieval: (_own, input, output) => ({
    operation: "retrieval",
    query: input,
    documents: documentsOf(output),
  }),
  agent: (own, input, output) => ({
    operation: "invoke_agent",
    requestModel: textOf(own, names.model),
    input: readMessages(input, "user").messages,
    output: readMessages(output, "assistant").messages,
    usage: usageOf(own),
  }),
  embedding: () => ({}),
  none: () => ({}),
};

function usageOf(own: Attributes): SpanReading["usage"] {
  return {
    ...emptyReading.usage,
    input: countOf(own, names.inputTokens),
    output: countOf(own, names.outputTokens),
    cacheRead: countOf(own, names.cacheRead),
    reasoning: countOf(own, names.reasoning),
  };
}
