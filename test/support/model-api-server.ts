import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { bodyOf } from "./answer-writing.js";
import { answerMessages, refuseMessages, type MessagesRequest } from "./anthropic-answers.js";
import { answerGemini, refuseGemini } from "./gemini-answers.js";
import { answerOpenAi, refuseOpenAi, type OpenAiRequest } from "./openai-answers.js";

/** A small server of the APIs of OpenAI, Anthropic and Gemini. */
export interface ModelApiServer {
  /** For clients of OpenAI: such as `http://127.0.0.1:40000/v1`. */
  readonly url: string;
  /** For the other clients. */
  readonly root: string;
  /** Bodies received, oldest first. */
  readonly bodies: unknown[];
  /** Requests whose connection the client closed before the answer was complete. */
  readonly aborted: () => number;
  close(): Promise<void>;
}

/**
 * The name of the model chooses what the server does: `missing` is refused with 404 and `busy` with
 * 429; `flaky` is refused with 503 every other time; the streams of `stalling` stop and stay open,
 * those of `broken` report an error.
 */
export async function startModelApiServer(): Promise<ModelApiServer> {
  const bodies: unknown[] = [];
  let aborted = 0;
  let flaky = 0;
  const server = createServer((request, response) => {
    response.on("close", () => {
      if (!response.writableEnded) aborted++;
    });
    void bodyOf<object>(request).then((body) => {
      bodies.push(body);
      const api = apiOf(request);
      const { model } = api.model === undefined ? (body as { readonly model?: string }) : api;
      if (model === "missing") return api.refuse(response, 404, "NOT_FOUND");
      if (model === "busy") return api.refuse(response, 429, "RESOURCE_EXHAUSTED");
      if (model === "flaky" && flaky++ % 2 === 0) return api.refuse(response, 503, "UNAVAILABLE");
      return api.answer(body, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const root = `http://127.0.0.1:${port}`;
  return {
    url: `${root}/v1`,
    root,
    bodies,
    aborted: () => aborted,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

interface Api {
  /** Where the path names it. */
  readonly model: string | undefined;
  answer(body: object, response: ServerResponse): void;
  refuse(response: ServerResponse, status: number, code: string): void;
}

function apiOf(request: IncomingMessage): Api {
  const { pathname } = new URL(request.url ?? "/", "http://127.0.0.1");
  const gemini = /\/models\/([^/:]+):(\w+)$/.exec(pathname);
  if (gemini !== null) {
    const [, model = "", method = ""] = gemini;
    return {
      model,
      answer: (body, response) => answerGemini({ model, method }, body, response),
      refuse: refuseGemini,
    };
  }
  if (pathname.endsWith("/messages")) {
    return {
      model: undefined,
      answer: (body, response) => answerMessages(body as MessagesRequest, response),
      refuse: refuseMessages,
    };
  }
  return {
    model: undefined,
    answer: (body, response) => answerOpenAi(pathname, body as OpenAiRequest, response),
    refuse: refuseOpenAi,
  };
}
