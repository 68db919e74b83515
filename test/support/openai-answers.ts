import type { ServerResponse } from "node:http";
import { dataEvent, json, stream } from "./answer-writing.js";

export interface OpenAiRequest {
  readonly model: string;
  readonly input?: unknown;
  readonly stream?: boolean;
  readonly tools?: unknown;
  readonly response_format?: { readonly type: string };
  readonly encoding_format?: string;
}

const usage = {
  prompt_tokens: 12,
  completion_tokens: 5,
  total_tokens: 17,
  prompt_tokens_details: { cached_tokens: 4 },
  completion_tokens_details: { reasoning_tokens: 2 },
};

const toolCall = {
  id: "call_1",
  type: "function",
  function: { name: "weather", arguments: '{"city":"Bern"}' },
};

/** The model names choose what comes: see `startModelApiServer`. */
export function answerOpenAi(path: string, body: OpenAiRequest, response: ServerResponse): void {
  if (path.endsWith("/embeddings")) return json(response, embeddings(body));
  if (path.endsWith("/responses")) return responses(body, response);
  if (path.endsWith("/chat/completions")) return chat(body, response);
  return json(response, { path });
}

export function refuseOpenAi(response: ServerResponse, status: number, code: string): void {
  json(response, { error: { message: `said ${code}`, type: "invalid", code } }, status);
}

function embeddings({ model, input, encoding_format: format }: OpenAiRequest): unknown {
  const vector = new Float32Array([0.25, -0.5]);
  const embedding =
    format === "base64" ? Buffer.from(vector.buffer).toString("base64") : [...vector];
  const texts = Array.isArray(input) ? input : [input];
  return {
    object: "list",
    model,
    data: texts.map((_, index) => ({ object: "embedding", index, embedding })),
    usage: { prompt_tokens: 6, total_tokens: 6 },
  };
}

function chat(body: OpenAiRequest, response: ServerResponse): void {
  const head = { id: "chatcmpl-1", created: 1_700_000_000, model: `${body.model}-2024` };
  const fingerprint = { system_fingerprint: "fp_1" };
  if (body.stream === true) {
    return chatStream(response, chunks(body, head).map(dataEvent), body.model);
  }
  const content = body.response_format === undefined ? "Hello there" : '{"colour":"blue"}';
  const message =
    body.tools === undefined
      ? { role: "assistant", content, refusal: null }
      : { role: "assistant", content: null, refusal: null, tool_calls: [toolCall] };
  const reason = body.tools === undefined ? "stop" : "tool_calls";
  const choices = [{ index: 0, message, finish_reason: reason, logprobs: null }];
  json(response, { ...head, ...fingerprint, object: "chat.completion", choices, usage });
}

function chunks(body: OpenAiRequest, head: object): unknown[] {
  const chunk = (delta: object, reason: string | null = null): object => ({
    ...head,
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, finish_reason: reason }],
  });
  const pieces =
    body.tools === undefined
      ? [{ content: "Hel" }, { content: "lo ☕" }, { content: " there" }]
      : [
          { tool_calls: [{ index: 0, ...toolCall, function: { name: "weather", arguments: "" } }] },
          { tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] },
          { tool_calls: [{ index: 0, function: { arguments: '"Bern"}' } }] },
        ];
  return [
    chunk({ role: "assistant", content: "" }),
    ...pieces.map((piece) => chunk(piece)),
    chunk({}, body.tools === undefined ? "stop" : "tool_calls"),
    { ...head, object: "chat.completion.chunk", choices: [], usage },
  ];
}

function chatStream(response: ServerResponse, events: readonly string[], model: string): void {
  if (model === "stalling") return stream(response, events.slice(0, 2), false);
  if (model === "broken") {
    const error = { message: "said overloaded", type: "server_error", code: "overloaded" };
    return stream(response, [...events.slice(0, 2), dataEvent({ error })]);
  }
  return stream(response, [...events, dataEvent("[DONE]")]);
}

const answerText = { type: "output_text", text: "Hello there", annotations: [] };

function responses(body: OpenAiRequest, response: ServerResponse): void {
  const item = { type: "message", id: "msg_1", role: "assistant" };
  const done = {
    id: "resp_1",
    object: "response",
    created_at: 1_700_000_000,
    model: `${body.model}-2024`,
    status: "completed",
    output: [{ ...item, status: "completed", content: [answerText] }],
    usage: {
      input_tokens: 12,
      output_tokens: 5,
      total_tokens: 17,
      input_tokens_details: { cached_tokens: 4 },
      output_tokens_details: { reasoning_tokens: 2 },
    },
  };
  if (body.stream !== true) return json(response, done);
  const part = { item_id: "msg_1", output_index: 0, content_index: 0 };
  const started = { ...done, status: "in_progress", output: [], usage: null };
  const events = [
    { type: "response.created", response: started },
    {
      type: "response.output_item.added",
      output_index: 0,
      item: { ...item, status: "in_progress", content: [] },
    },
    { type: "response.content_part.added", ...part, part: { ...answerText, text: "" } },
    { type: "response.output_text.delta", ...part, delta: "Hello" },
    { type: "response.output_text.delta", ...part, delta: " there" },
    { type: "response.output_text.done", ...part, text: "Hello there" },
    { type: "response.content_part.done", ...part, part: answerText },
    { type: "response.output_item.done", output_index: 0, item: done.output[0] },
    { type: "response.completed", response: done },
  ].map((event, at) => dataEvent({ ...event, sequence_number: at }));
  if (body.model === "stalling") return stream(response, events.slice(0, 4), false);
  return stream(response, events);
}
