import type { RawSpan } from "../../../model/telemetry.js";
import {
  emptyReading,
  noMarks,
  type Marks,
  type Message,
  type SpanReading,
} from "../../reading.js";
import { countOf, parseJson, textOf } from "../attribute-values.js";
import type { Dialect } from "../dialect.js";
import { documentsOf } from "../documents.js";
import { flattenedList } from "../flattened.js";
import { argumentsText, toolResultText } from "../function-calls.js";
import { flatGenAiMessages } from "../flat-gen-ai.js";
import { readMessages } from "../messages.js";
import { toolsOfFlat } from "../tool-definitions.js";
import { wrapperMessages } from "../wrapper-content.js";
import { type Operation, operations } from "../operations.js";

const names = {
  kind: ["traceloop.span.kind"],
  entity: ["traceloop.entity.name"],
  input: ["traceloop.entity.input"],
  output: ["traceloop.entity.output"],
  promptName: ["traceloop.prompt.key", "traceloop.prompt.name"],
  promptVersion: ["traceloop.prompt.version"],
  inputMessages: ["gen_ai.input.messages"],
  inputTokens: ["gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"],
  outputTokens: ["gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"],
  cacheRead: ["gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens"],
  cacheWrite: [
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
  ],
  reasoning: ["gen_ai.usage.reasoning_tokens", "gen_ai.usage.reasoning.output_tokens"],
  totalTokens: ["gen_ai.usage.total_tokens", "llm.usage.total_tokens"],
} as const;

const associations = "traceloop.association.properties.";
const kinds = new Map<string, Operation>([
  ["workflow", operations.workflow],
  ["agent", operations.agent],
  ["task", operations.chain],
  ["tool", operations.tool],
]);

/** Results of vector databases are events of their spans. */
const resultEvent = "db.query.result";
const resultDocument = ["db.query.result.document", "db.query.result.text"];

/** LangChain's span of a tool is named by its class: the model's call has the tool's own name. */
const toolClass = /^execute_tool \w+Tool$/;

/** Frameworks have tasks for everything; retrievals are told by their names. */
const retrieving = /\.retrieve$/;

const libraries = /^@traceloop\//;

/**
 * OpenLLMetry: `traceloop.*` on everything that its SDK wraps, content in flat `gen_ai.prompt.N.*`
 * attributes in its older versions and in the conventions' attributes in newer ones.
 */
export const dialect: Dialect = { name: "traceloop", scope: "library", recognises, read };

function recognises({ attributes, scopeName, events }: RawSpan): boolean {
  if (attributes.has(names.kind[0]) || attributes.has("gen_ai.prompt.0.role")) return true;
  if (attributes.has("traceloop.workflow.name") || attributes.has("traceloop.entity.name")) {
    return true;
  }
  if (libraries.test(scopeName)) return true;
  return events.some(({ name }) => name === resultEvent);
}

type Attributes = ReadonlyMap<string, string>;

function read(span: RawSpan): SpanReading {
  const own = span.attributes;
  const found = kindOf(span);
  const reading = { ...emptyReading, marks: marksOf(own) };
  if (found?.operation === "chain" && retrieving.test(span.name)) {
    return {
      ...reading,
      kind: "retrieval",
      operation: "retrieval",
      query: argumentsText(textOf(own, names.input)),
      documents: documentsOf(textOf(own, names.output)),
    };
  }
  if (found?.kind === "agent") {
    const content = wrapperMessages(
      argumentsText(textOf(own, names.input)),
      textOf(own, names.output),
    );
    const agent = found.operation === "invoke_agent" ? textOf(own, names.entity) : "";
    return { ...reading, ...found, ...content, marks: { ...reading.marks, agent } };
  }
  if (found?.kind === "tool") {
    return {
      ...reading,
      ...found,
      toolName: textOf(own, names.entity) || span.name.replace(toolClass, ""),
      toolArguments: argumentsText(textOf(own, names.input)),
      toolResult: toolResultText(textOf(own, names.output)),
    };
  }
  const documents = foundDocuments(span);
  if (documents.length > 0) {
    return { ...reading, kind: "retrieval", operation: "retrieval", documents };
  }
  return { ...reading, ...generationOf(span) };
}

/** Everything that runs in LangChain has a span: what is no call of a model or a tool is glue. */
function kindOf({ attributes, scopeName, name }: RawSpan): Operation | undefined {
  const found = kinds.get(textOf(attributes, names.kind).toLowerCase());
  if (scopeName !== "@traceloop/instrumentation-langchain" || found === undefined) return found;
  return kinds.get(name.startsWith("execute_tool") ? "tool" : "task");
}

/** What newer versions say in the conventions' words is read as such; this is the rest. */
function generationOf({ attributes: own, scopeName }: RawSpan): Partial<SpanReading> {
  const flat = flatGenAiMessages(own);
  return {
    input: flat.input.length > 0 ? flat.input : innerMessages(textOf(own, names.inputMessages)),
    output: flat.output,
    tools: toolsOfFlat(flattenedList(own, "llm.request.functions.")),
    finishReasons: flat.finishReasons,
    usage: usageOf(own, scopeName),
  };
}

/** The Responses API's input is a message whose text is the list of messages, as JSON text. */
function innerMessages(text: string): readonly Message[] {
  const { messages } = readMessages(text, "user");
  const [only] = messages;
  const [part] = only?.parts ?? [];
  if (messages.length !== 1 || only?.parts.length !== 1 || part?.kind !== "text") return messages;
  const inner = parseJson(part.text);
  if (!Array.isArray(inner)) return messages;
  const found = readMessages(part.text, only.role);
  return found.notes.length > 0 ? messages : found.messages;
}

/**
 * The package for Anthropic in JavaScript leaves cached tokens out of the input, and the one for
 * Google leaves reasoning out of the output; whoever says a total tells the latter.
 */
function usageOf(own: Attributes, scopeName: string): SpanReading["usage"] {
  const input = countOf(own, names.inputTokens);
  const output = countOf(own, names.outputTokens);
  const cacheRead = countOf(own, names.cacheRead);
  const cacheWrite = countOf(own, names.cacheWrite);
  const reasoning = countOf(own, names.reasoning);
  const total = countOf(own, names.totalTokens);
  const isAnthropic = scopeName === "@traceloop/instrumentation-anthropic";
  const cached = (cacheRead ?? 0) + (cacheWrite ?? 0);
  const apart = total !== undefined && total === (input ?? 0) + (output ?? 0) + (reasoning ?? 0);
  return {
    input: input === undefined ? undefined : input + (isAnthropic ? cached : 0),
    output: output === undefined ? undefined : output + (apart ? (reasoning ?? 0) : 0),
    cacheRead,
    cacheWrite,
    reasoning,
  };
}

function foundDocuments(span: RawSpan): string[] {
  return span.events
    .filter(({ name }) => name === resultEvent)
    .map(({ attributes }) => textOf(attributes, resultDocument))
    .filter((text) => text !== "");
}

function marksOf(own: Attributes): Marks {
  const mark = (...wanted: readonly string[]): string =>
    textOf(
      own,
      wanted.map((name) => associations + name),
    );
  return {
    ...noMarks,
    session: mark("session_id", "sessionId", "conversation_id", "thread_id", "chat_id", "chatId"),
    user: mark("user_id", "userId", "user"),
    promptName: textOf(own, names.promptName),
    promptVersion: textOf(own, names.promptVersion),
  };
}
