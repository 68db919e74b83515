import type { ServerResponse } from "node:http";
import { json, namedEvent, stream } from "./answer-writing.js";

export interface MessagesRequest {
  readonly model: string;
  readonly stream?: boolean;
  readonly tools?: unknown;
  readonly thinking?: { readonly type: string };
  readonly output_config?: unknown;
}

const usage = {
  input_tokens: 12,
  cache_creation_input_tokens: 3,
  cache_read_input_tokens: 4,
  output_tokens: 5,
  service_tier: "standard",
};

/** The model names choose what comes: see `startModelApiServer`. */
export function answerMessages(request: MessagesRequest, response: ServerResponse): void {
  const calling = request.tools !== undefined;
  const content = [
    ...(request.thinking === undefined
      ? []
      : [{ type: "thinking", thinking: "They greet me.", signature: "c2ln" }]),
    {
      type: "text",
      text: request.output_config === undefined ? "Hello ☕ there" : '{"colour":"blue"}',
    },
    ...(calling
      ? [{ type: "tool_use", id: "toolu_1", name: "weather", input: { city: "Bern" } }]
      : []),
  ];
  const message = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: `${request.model}-2024`,
    content,
    stop_reason: calling ? "tool_use" : "end_turn",
    stop_sequence: null,
    usage,
  };
  if (request.stream !== true) return json(response, message);
  const events = streamed(message);
  if (request.model === "stalling") return stream(response, events.slice(0, 4), false);
  if (request.model === "broken") {
    const error = { type: "overloaded_error", message: "said overloaded" };
    return stream(response, [
      ...events.slice(0, 3),
      namedEvent("error", { type: "error", error, request_id: "req_1" }),
    ]);
  }
  return stream(response, events);
}

export function refuseMessages(response: ServerResponse, status: number, code: string): void {
  const error = { type: code, message: `said ${code}` };
  json(response, { type: "error", error, request_id: "req_1" }, status);
}

type Block = Readonly<Record<string, unknown>>;

function streamed(message: { readonly content: readonly Block[] }): string[] {
  const { content, ...head } = message;
  const { stop_reason, stop_sequence, ...opening } = head as typeof head & {
    readonly stop_reason: string;
    readonly stop_sequence: null;
  };
  const start = { ...opening, content: [], stop_reason: null, stop_sequence: null };
  return [
    event("message_start", { message: { ...start, usage: { ...usage, output_tokens: 1 } } }),
    event("ping", {}),
    ...content.flatMap((block, index) => [
      event("content_block_start", { index, content_block: opened(block) }),
      ...deltas(block).map((delta) => event("content_block_delta", { index, delta })),
      event("content_block_stop", { index }),
    ]),
    event("message_delta", { delta: { stop_reason, stop_sequence }, usage: { output_tokens: 5 } }),
    event("message_stop", {}),
  ];
}

function event(type: string, fields: object): string {
  return namedEvent(type, { type, ...fields });
}

function opened(block: Block): Block {
  switch (block["type"]) {
    case "thinking":
      return { type: "thinking", thinking: "", signature: "" };
    case "tool_use":
      return { ...block, input: {} };
    default:
      return { type: "text", text: "" };
  }
}

function deltas(block: Block): Block[] {
  switch (block["type"]) {
    case "thinking":
      return [
        { type: "thinking_delta", thinking: String(block["thinking"]) },
        { type: "signature_delta", signature: String(block["signature"]) },
      ];
    case "tool_use":
      return halves(JSON.stringify(block["input"])).map((piece) => ({
        type: "input_json_delta",
        partial_json: piece,
      }));
    default:
      return halves(String(block["text"])).map((text) => ({ type: "text_delta", text }));
  }
}

function halves(text: string): string[] {
  const middle = Math.floor(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
}
