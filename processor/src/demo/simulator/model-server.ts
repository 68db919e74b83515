import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../../kernel/clock.js";
import { chance } from "./chance.js";
import { lastText, readChatRequest, type ChatRequest } from "./chat-request.js";
import { completion, completionChunks } from "./completion.js";
import { judgeReply } from "./judge-replies.js";
import { tokensOf, type Reply } from "./reply.js";
import { shopReply } from "./shop-replies.js";

/** The names under which the simulated model answers. No provider has models of these names. */
export const simulatedModels = { shop: "shop-assistant-small", judge: "judge-simulated" } as const;

export interface SimulatedModelOptions {
  readonly clock: Clock;
  /** The same seed gives the same answers to the same questions. Default: 1. */
  readonly seed?: number;
  /** Default: a free one. */
  readonly port?: number;
  /** Milliseconds that an answer takes at least; it takes up to three times as long. Default: 40. */
  readonly latency?: number;
  /** The share of requests that are refused in passing (429) or fail for good (500). Default: 0.015. */
  readonly failures?: number;
}

export interface SimulatedModel {
  /** The base URL for an OpenAI client, such as `http://127.0.0.1:40000/v1`. */
  readonly url: string;
  close(): Promise<void>;
}

/** A server of the OpenAI API on loopback whose answers come from rules, not from a model. */
export async function startSimulatedModel(options: SimulatedModelOptions): Promise<SimulatedModel> {
  const answer = answering(options);
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

function answering({
  clock,
  seed = 1,
  latency = 40,
  failures = 0.015,
}: SimulatedModelOptions): Answer {
  // Ids must not come again after a restart on the same data.
  const started = clock.now().toString(36);
  let count = 0;

  return async (incoming, response) => {
    response.setHeader("x-simulated", "true");
    const path = (incoming.url ?? "").split("?")[0];
    if (incoming.method === "GET" && path === "/v1/models") return json(response, 200, models);
    if (incoming.method !== "POST" || path !== "/v1/chat/completions") {
      return refuse(response, 404, "not_found", `The simulated model has no ${path ?? ""}.`);
    }
    const request = readChatRequest(await bodyOf(incoming));
    if (request === undefined) {
      return refuse(response, 400, "invalid_request", "This is no chat completions request.");
    }
    if (!Object.values<string>(simulatedModels).includes(request.model)) {
      const known = Object.values(simulatedModels).join(" and ");
      return refuse(response, 404, "model_not_found", `Only ${known} are simulated.`);
    }
    const number = ++count;
    const passing = chance(seed, String(number));
    if (passing.draw("busy") < failures) {
      response.setHeader("retry-after-ms", "200");
      return refuse(response, 429, "rate_limit_exceeded", "Simulated: too many requests.");
    }
    await clock.sleep(latency * (1 + 2 * passing.draw("latency")));
    const lasting = chance(seed, `${request.seed} ${lastText(request, "user")}`);
    if (lasting.draw("broken") < failures) {
      return refuse(response, 500, "server_error", "Simulated: the model failed.");
    }
    const id = `chatcmpl-simulated-${started}-${number}`;
    return send(request, response, { id, clock, seed });
  };
}

interface Sending {
  readonly id: string;
  readonly clock: Clock;
  readonly seed: number;
}

async function send(
  request: ChatRequest,
  response: ServerResponse,
  { id, clock, seed }: Sending,
): Promise<void> {
  const reply: Reply =
    request.model === simulatedModels.judge
      ? { kind: "text", text: judgeReply(request, seed) }
      : shopReply(request, seed);
  const [first, ...rest] = request.messages;
  const fixed = tokensOf(first?.text ?? "");
  const options = {
    id,
    model: request.model,
    created: Math.floor(clock.now() / 1_000),
    promptTokens: fixed + rest.reduce((sum, message) => sum + tokensOf(message.text) + 4, 0),
    // As providers do: a long, unchanging beginning is read from their cache.
    cachedTokens: fixed >= 1_024 ? fixed - (fixed % 128) : 0,
    reply,
  };
  if (!request.stream) return json(response, 200, completion(options));
  response.writeHead(200, { "content-type": "text/event-stream" });
  const chunks = completionChunks(options);
  for (const chunk of request.streamedUsage ? chunks : chunks.slice(0, -1)) {
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    await clock.sleep(2);
  }
  response.end("data: [DONE]\n\n");
}

const models = {
  object: "list",
  data: Object.values(simulatedModels).map((id) => ({
    id,
    object: "model",
    created: 0,
    owned_by: "calibrant-demo-simulated",
  })),
};

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  try {
    return JSON.parse(Buffer.concat(pieces).toString());
  } catch {
    return undefined;
  }
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  json(response, status, { error: { message, type: code, code, param: null } });
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve());
  });
}
