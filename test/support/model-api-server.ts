import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A small server of the OpenAI API whose model names choose what it does. */
export interface OpenAiApiServer {
  /** Such as `http://127.0.0.1:40000/v1`. */
  readonly url: string;
  /** Bodies received, oldest first. */
  readonly bodies: unknown[];
  /** Requests whose connection the client closed before the answer was complete. */
  readonly aborted: () => number;
  close(): Promise<void>;
}

interface RequestBody {
  readonly model: string;
  readonly stream?: boolean;
  readonly tools?: unknown;
  readonly response_format?: { readonly type: string };
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

export async function startOpenAiApiServer(): Promise<OpenAiApiServer> {
  const bodies: unknown[] = [];
  let aborted = 0;
  const server = createServer((request, response) => {
    response.on("close", () => {
      if (!response.writableEnded) aborted++;
    });
    void bodyOf(request).then((body) => {
      bodies.push(body);
      return answer(request.url ?? "", body, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    bodies,
    aborted: () => aborted,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<RequestBody> {
  let text = "";
  for await (const piece of request) text += String(piece);
  return JSON.parse(text === "" ? "{}" : text) as RequestBody;
}

function answer(path: string, body: RequestBody, response: ServerResponse): void {
  if (body.model === "missing") return refuse(response, 404, "model_not_found");
  if (body.model === "busy") return refuse(response, 429, "rate_limit_exceeded");
  if (path.endsWith("/embeddings")) return json(response, embeddings(body));
  if (path.endsWith("/responses")) return responses(body, response);
  if (path.endsWith("/chat/completions")) return chat(body, response);
  return json(response, { path });
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ error: { message: `said ${code}`, type: "invalid", code } }));
}

function json(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { "content-type": "application/json", "x-request-id": "req_1" });
  response.end(JSON.stringify(body));
}

function embeddings({ model }: RequestBody): unknown {
  return {
    object: "list",
    model,
    data: [{ object: "embedding", index: 0, embedding: [0.25, -0.5] }],
    usage: { prompt_tokens: 6, total_tokens: 6 },
  };
}

function chat(body: RequestBody, response: ServerResponse): void {
  const head = { id: "chatcmpl-1", created: 1_700_000_000, model: `${body.model}-2024` };
  const fingerprint = { system_fingerprint: "fp_1" };
  if (body.stream === true) {
    stream(response, chunks(body, head), body.model === "stalling");
    return;
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

function chunks(body: RequestBody, head: object): unknown[] {
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

function textDelta(text: string, sequence: number): object {
  return {
    type: "response.output_text.delta",
    sequence_number: sequence,
    item_id: "msg_1",
    output_index: 0,
    content_index: 0,
    delta: text,
  };
}

function responses(body: RequestBody, response: ServerResponse): void {
  const done = {
    id: "resp_1",
    object: "response",
    created_at: 1_700_000_000,
    model: `${body.model}-2024`,
    status: "completed",
    output: [
      {
        type: "message",
        id: "msg_1",
        role: "assistant",
        status: "completed",
        content: [{ type: "output_text", text: "Hello there", annotations: [] }],
      },
    ],
    usage: {
      input_tokens: 12,
      output_tokens: 5,
      total_tokens: 17,
      input_tokens_details: { cached_tokens: 4 },
      output_tokens_details: { reasoning_tokens: 2 },
    },
  };
  if (body.stream !== true) return json(response, done);
  const started = { ...done, status: "in_progress", output: [], usage: null };
  const events = [
    { type: "response.created", sequence_number: 0, response: started },
    textDelta("Hello", 1),
    textDelta(" there", 2),
    { type: "response.completed", sequence_number: 3, response: done },
  ];
  return stream(response, events, body.model === "stalling", false);
}

/** Writes events in pieces that cut lines and characters; a stalling stream stops after two events. */
function stream(
  response: ServerResponse,
  events: readonly unknown[],
  stalling: boolean,
  marked = true,
): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const sent = stalling ? events.slice(0, 2) : events;
  const text = sent.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
  const bytes = Buffer.from(stalling || !marked ? text : `${text}data: [DONE]\n\n`);
  const send = (from: number): void => {
    if (from < bytes.length) {
      response.write(bytes.subarray(from, from + 97));
      setImmediate(send, from + 97);
    } else if (!stalling) {
      response.end();
    }
  };
  send(0);
}
