import { tokensOf, type Reply } from "./reply.js";

export interface CompletionOptions {
  readonly id: string;
  readonly model: string;
  /** Seconds since the Unix epoch. */
  readonly created: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly reply: Reply;
}

/** Said in every answer, so that nobody takes it for a model's. */
const fingerprint = "simulated";

export function completion(options: CompletionOptions): unknown {
  return {
    ...head(options),
    object: "chat.completion",
    choices: [
      {
        index: 0,
        message: message(options.reply),
        finish_reason: reason(options.reply),
        logprobs: null,
      },
    ],
    usage: usage(options),
  };
}

/** The same answer as a stream's events; the last one has the usage and no choice. */
export function completionChunks(options: CompletionOptions): readonly unknown[] {
  const chunk = (delta: object, finish: string | null = null): object => ({
    ...head(options),
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, finish_reason: finish, logprobs: null }],
  });
  const { reply } = options;
  const pieces =
    reply.kind === "text"
      ? (reply.text.match(/\s*\S+/g) ?? []).map((content) => chunk({ content }))
      : [chunk({ tool_calls: [{ index: 0, ...call(reply) }] })];
  return [
    chunk({ role: "assistant", content: "" }),
    ...pieces,
    chunk({}, reason(reply)),
    { ...head(options), object: "chat.completion.chunk", choices: [], usage: usage(options) },
  ];
}

function head({ id, model, created }: CompletionOptions): object {
  return { id, model, created, system_fingerprint: fingerprint };
}

function message(reply: Reply): object {
  return reply.kind === "text"
    ? { role: "assistant", content: reply.text, refusal: null }
    : { role: "assistant", content: null, refusal: null, tool_calls: [call(reply)] };
}

function call(reply: Extract<Reply, { kind: "tool" }>): object {
  return {
    id: reply.id,
    type: "function",
    function: { name: reply.name, arguments: reply.arguments },
  };
}

function reason(reply: Reply): string {
  return reply.kind === "text" ? "stop" : "tool_calls";
}

function usage({ promptTokens, cachedTokens, reply }: CompletionOptions): object {
  const answer = tokensOf(reply.kind === "text" ? reply.text : reply.arguments);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: answer,
    total_tokens: promptTokens + answer,
    prompt_tokens_details: { cached_tokens: cachedTokens },
    completion_tokens_details: { reasoning_tokens: 0 },
  };
}
