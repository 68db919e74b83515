import type { RawSpan } from "../../../model/telemetry.js";
import { normaliseProvider } from "../../providers.js";
import {
  emptyReading,
  noMarks,
  type Message,
  type OperationKind,
  type SpanReading,
} from "../../reading.js";
import { field, numberField, parseJson, textField, textOf } from "../attribute-values.js";
import type { Dialect } from "../dialect.js";
import { documentsOf } from "../documents.js";
import { partsOf, textOfParts } from "../message-parts.js";
import { messagesOf, readMessages } from "../messages.js";
import { wrapperMessages } from "../wrapper-content.js";
import { type Operation, operations } from "../operations.js";
import { toolsOf } from "../tool-definitions.js";

const names = {
  type: ["genkit:type"],
  subtype: ["genkit:metadata:subtype"],
  name: ["genkit:name"],
  input: ["genkit:input"],
  output: ["genkit:output"],
  context: ["genkit:metadata:context"],
  state: ["genkit:state"],
} as const;

const kinds = new Map<string, Operation>([
  ["model", operations.chat],
  ["embedder", operations.embeddings],
  ["retriever", operations.retrieval],
  ["tool", operations.tool],
  ["flow", operations.workflow],
  ["util", operations.chain],
]);

/** Genkit: `genkit:*`, input and output of every action as JSON text, the model in its name. */
export const dialect: Dialect = {
  name: "genkit",
  scope: "library",
  recognises: ({ attributes }) => attributes.has(names.type[0]),
  read,
};

type Attributes = ReadonlyMap<string, string>;

function read({ attributes: own }: RawSpan): SpanReading {
  const type = textOf(own, names.subtype) || textOf(own, names.type);
  const { kind, operation } = kinds.get(type) ?? operations.none;
  const context = parseJson(textOf(own, names.context));
  return {
    ...emptyReading,
    kind,
    operation,
    marks: {
      ...noMarks,
      session: textField(context, "sessionId", "session_id"),
      user: textField(context, "userId", "user_id"),
    },
    ...particulars[kind](own, textOf(own, names.input), textOf(own, names.output)),
  };
}

const particulars: Readonly<
  Record<OperationKind, (own: Attributes, input: string, output: string) => Partial<SpanReading>>
> = {
  generation: (own, input, output) => ({
    ...modelOf(own),
    input: readMessages(input, "user").messages.map(withoutContext),
    tools: toolsOf(field(parseJson(input), "tools")),
    ...answerOf(parseJson(output)),
  }),
  embedding: (own, input) => ({ ...modelOf(own), query: contentText(parseJson(input), "input") }),
  retrieval: (_own, input, output) => ({
    query: contentText(parseJson(input), "query"),
    documents: documentsOf(output),
  }),
  tool: (own, input, output) => ({
    toolName: textOf(own, names.name),
    toolArguments: input,
    toolResult: output,
  }),
  agent: (_own, input, output) => {
    const message = field(parseJson(output), "message");
    const words = wrapperMessages(input, output);
    return message === undefined ? words : { ...words, output: messagesOf(message, "assistant") };
  },
  none: () => ({}),
};

/** `googleai/gemini-2.5-flash`. */
function modelOf(own: Attributes): Partial<SpanReading> {
  const [provider = "", ...model] = textOf(own, names.name).split("/");
  return {
    provider: normaliseProvider(provider),
    requestModel: model.join("/"),
    responseModel: model.join("/"),
  };
}

/** `{message, finishReason, usage}`, or `{candidates: [{message, finishReason}], usage}`. */
function answerOf(answer: unknown): Partial<SpanReading> {
  const candidates = field(answer, "candidates");
  const first: unknown = Array.isArray(candidates) ? candidates[0] : answer;
  const finishReason = textField(first, "finishReason");
  const usage = field(answer, "usage");
  const thoughts = numberField(usage, "thoughtsTokens");
  const output = numberField(usage, "outputTokens");
  return {
    output: messagesOf(field(first, "message"), "assistant").map(inOnePiece),
    finishReasons: finishReason === "" ? [] : [finishReason],
    usage: {
      input: numberField(usage, "inputTokens"),
      // Gemini counts what it thought apart, and the total holds both.
      output:
        output !== undefined &&
        numberField(usage, "totalTokens") === (numberField(usage, "inputTokens") ?? 0) + output
          ? output
          : output === undefined
            ? undefined
            : output + (thoughts ?? 0),
      cacheRead: numberField(usage, "cachedContentTokens"),
      cacheWrite: undefined,
      reasoning: thoughts,
    },
  };
}

/** Genkit writes retrieved documents into the user's message, as a part behind the user's words. */
function withoutContext(message: Message): Message {
  if (message.role !== "user" || message.parts.length < 2) return message;
  const own = message.parts.filter(
    (part) => part.kind !== "text" || !part.text.startsWith("\n\nUse the following information"),
  );
  return { ...message, parts: own };
}

/** A streamed answer is kept in the pieces in which it came. */
function inOnePiece(message: Message): Message {
  const texts = message.parts.filter((part) => part.kind === "text");
  const others = message.parts.filter((part) => part.kind !== "text");
  const text = texts.map((part) => part.text).join("");
  return { ...message, parts: text === "" ? others : [...others, { kind: "text", text }] };
}

function contentText(value: unknown, name: string): string {
  const inner = field(value, name);
  if (typeof inner === "string") return inner;
  return textOfParts(partsOf(field(inner ?? value, "content")));
}
