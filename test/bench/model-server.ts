import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";

/**
 * A model's server in a process of its own: answers chat completions, streamed in 200 events or
 * whole, and takes OTLP. Beneath `/paced` an event is sent every 5 ms. Prints its port, and that with
 * TLS.
 */
const pace = 5;
const words = Array.from({ length: 200 }, (_, at) => `word${at} `);
const head = { id: "chatcmpl-1", created: 1_700_000_000, model: "m-2024" };
const usage = { prompt_tokens: 900, completion_tokens: 200, total_tokens: 1_100 };

const whole = Buffer.from(
  JSON.stringify({
    ...head,
    object: "chat.completion",
    choices: [
      { index: 0, message: { role: "assistant", content: words.join("") }, finish_reason: "stop" },
    ],
    usage,
  }),
);
const events = [
  ...words.map((content) => ({
    ...head,
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta: { content }, finish_reason: null }],
  })),
  { ...head, object: "chat.completion.chunk", choices: [], usage },
].map((event) => Buffer.from(`data: ${JSON.stringify(event)}\n\n`));
const last = Buffer.from("data: [DONE]\n\n");

const answer: RequestListener = (request, response) => {
  const pieces: Buffer[] = [];
  request.on("data", (piece: Buffer) => pieces.push(piece));
  request.on("end", () => {
    if (request.url?.endsWith("/chat/completions") !== true) {
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
      return;
    }
    if (!Buffer.concat(pieces).includes('"stream":true')) {
      response.writeHead(200, { "content-type": "application/json" }).end(whole);
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    const paced = request.url.startsWith("/paced/");
    // A model's pace, or many times as fast: each event is a piece of its own.
    const send = (at: number): void => {
      if (at === events.length) {
        response.end(last);
        return;
      }
      response.write(events[at]);
      if (paced) setTimeout(send, pace, at + 1);
      else setImmediate(send, at + 1);
    };
    send(0);
  });
};

const cases = new URL("../../../cases/tls/", import.meta.url);
const identity = {
  cert: readFileSync(new URL("server.pem", cases)),
  key: readFileSync(new URL("server-key.pem", cases)),
};
const servers = [createServer(answer), createSecureServer(identity, answer)];
let listening = 0;
for (const server of servers) {
  server.listen(0, "127.0.0.1", () => {
    if (++listening < servers.length) return;
    const ports = servers.map((one) => (one.address() as AddressInfo).port);
    process.stdout.write(`${ports.join(" ")}\n`);
  });
}
process.on("disconnect", () => process.exit(0));
