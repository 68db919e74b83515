import type { RawSpan } from "../../../model/telemetry.js";
import { normaliseProvider } from "../../providers.js";
import {
  emptyReading,
  noMarks,
  type Marks,
  type Message,
  type MessagePart,
  type OperationKind,
  type SpanReading,
} from "../../reading.js";
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
import { toolCallOf } from "../message-parts.js";
import { readMessages } from "../messages.js";
import { toolsOf } from "../tool-definitions.js";

const names = {
  operation: ["ai.operationId"],
  functionId: ["ai.telemetry.functionId"],
  provider: ["ai.model.provider"],
  model: ["ai.model.id"],
  responseModel: ["ai.response.model"],
  responseId: ["ai.response.id"],
  finishReason: ["ai.response.finishReason", "ai.finishReason"],
  prompt: ["ai.prompt"],
  promptMessages: ["ai.prompt.messages"],
  tools: ["ai.prompt.tools"],
  text: ["ai.response.text", "ai.result.text"],
  object: ["ai.response.object", "ai.result.object"],
  reasoning: ["ai.response.reasoning"],
  toolCalls: ["ai.response.toolCalls", "ai.result.toolCalls"],
  inputTokens: ["ai.usage.inputTokens", "ai.usage.promptTokens", "ai.usage.tokens"],
  outputTokens: ["ai.usage.outputTokens", "ai.usage.completionTokens"],
  cacheReadTokens: ["ai.usage.cachedInputTokens", "ai.usage.inputTokenDetails.cacheReadTokens"],
  cacheWriteTokens: ["ai.usage.inputTokenDetails.cacheWriteTokens"],
  reasoningTokens: ["ai.usage.reasoningTokens", "ai.usage.outputTokenDetails.reasoningTokens"],
  notCachedTokens: ["ai.usage.inputTokenDetails.noCacheTokens"],
  providerMetadata: ["ai.response.providerMetadata"],
  toolName: ["ai.toolCall.name"],
  toolCallId: ["ai.toolCall.id"],
  toolArguments: ["ai.toolCall.args"],
  toolResult: ["ai.toolCall.result"],
  embedded: ["ai.value", "ai.values"],
} as const;

/** Where applications put what they know, with names of their own behind it. */
const contexts = ["ai.telemetry.metadata.", "ai.settings.context."];

/** The last word of an operation tells calls of a model from what is around them. */
const kinds: readonly (readonly [RegExp, OperationKind, string])[] = [
  [/^ai\.embed(Many)?\.doEmbed$/, "embedding", "embeddings"],
  [/^ai\.embed(Many)?$/, "none", "embeddings"],
  [/\.do[A-Z]\w*$/, "generation", "chat"],
  [/^ai\.toolCall$/, "tool", "execute_tool"],
  [/^ai\.\w+$/, "agent", "invoke_agent"],
];

/**
 * Vercel's AI SDK: `ai.*`, in versions 3 to 6 with all content, in version 7 beside the conventions
 * with what they have no name for.
 */
export const dialect: Dialect = { name: "vercel-ai", scope: "library", recognises, read };

function recognises({ attributes }: RawSpan): boolean {
  if (attributes.has(names.operation[0])) return true;
  for (const name of attributes.keys()) {
    if (name.startsWith("ai.settings.context.") || name.startsWith("ai.usage.")) return true;
  }
  return false;
}

type Attributes = ReadonlyMap<string, string>;

function read({ attributes: own }: RawSpan): SpanReading {
  const [, kind, operation] = kinds.find(([pattern]) =>
    pattern.test(textOf(own, names.operation)),
  ) ?? [undefined, "none" as const, ""];
  const marks = marksOf(own);
  return { ...emptyReading, kind, operation, marks, ...particulars[kind](own, marks) };
}

const particulars: Readonly<
  Record<OperationKind, (own: Attributes, marks: Marks) => Partial<SpanReading>>
> = {
  generation: generationOf,
  embedding: (own) => ({
    ...modelOf(own),
    query: listOf(own, names.embedded).map(plainText).join("\n"),
    usage: { ...emptyReading.usage, input: countOf(own, names.inputTokens) },
  }),
  tool: (own) => ({
    toolName: textOf(own, names.toolName),
    toolCallId: textOf(own, names.toolCallId),
    toolArguments: textOf(own, names.toolArguments),
    toolResult: textOf(own, names.toolResult),
  }),
  agent: (own, marks) => ({
    ...questionOf(own),
    output: answerOf(own),
    marks: { ...marks, agent: textOf(own, names.functionId) },
  }),
  retrieval: () => ({}),
  none: (own) => ({ usage: partsOfUsage(own) }),
};

function generationOf(own: Attributes): Partial<SpanReading> {
  const { messages, notes } = readMessages(textOf(own, names.promptMessages), "user");
  const finishReason = textOf(own, names.finishReason);
  return {
    ...modelOf(own),
    responseId: textOf(own, names.responseId),
    finishReasons: finishReason === "" ? [] : [finishReason],
    usage: usageOf(own),
    input: messages,
    output: answerOf(own),
    tools: toolsOf(listOf(own, names.tools)),
    notes,
  };
}

function modelOf(
  own: Attributes,
): Pick<SpanReading, "provider" | "requestModel" | "responseModel"> {
  return {
    provider: normaliseProvider(textOf(own, names.provider)),
    requestModel: textOf(own, names.model),
    responseModel: textOf(own, names.responseModel),
  };
}

/**
 * Up to version 5 the tokens of Anthropic's models left the cached ones out; since version 6 the
 * SDK says how many were not cached. Version 4 has them in the provider's own words alone.
 */
function usageOf(own: Attributes): SpanReading["usage"] {
  const parts = partsOfUsage(own);
  const metadata = parseJson(textOf(own, names.providerMetadata));
  const anthropic = field(metadata, "anthropic");
  const openai = field(metadata, "openai");
  const cacheRead =
    parts.cacheRead ??
    numberField(anthropic, "cacheReadInputTokens") ??
    numberField(field(anthropic, "usage"), "cache_read_input_tokens") ??
    numberField(openai, "cachedPromptTokens");
  const cacheWrite = parts.cacheWrite ?? numberField(anthropic, "cacheCreationInputTokens");
  const input = countOf(own, names.inputTokens);
  const leftOut = anthropic !== undefined && !own.has(names.notCachedTokens[0]);
  return {
    input:
      input === undefined
        ? undefined
        : input + (leftOut ? (cacheRead ?? 0) + (cacheWrite ?? 0) : 0),
    output: countOf(own, names.outputTokens),
    cacheRead,
    cacheWrite,
    reasoning: parts.reasoning ?? numberField(openai, "reasoningTokens"),
  };
}

function partsOfUsage(own: Attributes): SpanReading["usage"] {
  return {
    ...emptyReading.usage,
    cacheRead: countOf(own, names.cacheReadTokens),
    cacheWrite: countOf(own, names.cacheWriteTokens),
    reasoning: countOf(own, names.reasoningTokens),
  };
}

/** `{system?, prompt}` or `{system?, messages}`. */
function questionOf(own: Attributes): Pick<SpanReading, "input" | "systemInstructions"> {
  const text = textOf(own, names.prompt);
  const value = parseJson(text);
  const prompt = textField(value, "prompt");
  return {
    input: readMessages(prompt === "" ? text : prompt, "user").messages,
    systemInstructions: textField(value, "system"),
  };
}

function answerOf(own: Attributes): Message[] {
  const text = textOf(own, names.text) || textOf(own, names.object);
  const reasoning = textOf(own, names.reasoning);
  const calls = parseJson(textOf(own, names.toolCalls));
  const parts: MessagePart[] = [
    ...(reasoning === "" ? [] : [{ kind: "reasoning" as const, text: reasoning }]),
    ...(text === "" ? [] : [{ kind: "text" as const, text }]),
    ...(Array.isArray(calls) ? calls.map((call: unknown) => toolCallOf(call)) : []),
  ];
  return parts.length === 0 ? [] : [{ role: "assistant", parts }];
}

/** Values that are embedded are JSON text, each by itself. */
function plainText(value: string): string {
  const parsed = parseJson(value);
  return typeof parsed === "string" ? parsed : value;
}

function marksOf(own: Attributes): Marks {
  const known = new Map<string, string>();
  for (const [name, value] of own) {
    const context = contexts.find((prefix) => name.startsWith(prefix));
    if (context !== undefined) known.set(plainName(name.slice(context.length)), value);
  }
  const mark = (...wanted: readonly string[]): string => textOf(known, wanted);
  return {
    ...noMarks,
    session: mark("sessionid", "conversationid", "threadid", "chatid", "langfusesessionid"),
    user: mark("userid", "user", "langfuseuserid"),
    feature: mark("feature"),
    environment: mark("environment"),
    release: mark("release", "version"),
    promptName: mark("promptname"),
    promptVersion: mark("promptversion"),
  };
}

/** Applications write `userId`, `user_id` or `user.id`. */
function plainName(name: string): string {
  return name.replace(/[^a-z0-9]/gi, "").toLowerCase();
}
