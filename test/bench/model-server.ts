import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * A model's server in a process of its own: answers chat completions, streamed in 200 events or
 * whole, and takes OTLP. Prints its port.
 */
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

const server = createServer((request, response) => {
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
    // A model's pace, many times as fast: each event is a piece of its own.
    const send = (at: number): void => {
      if (at === events.length) {
        response.end(last);
        return;
      }
      response.write(events[at]);
      setImmediate(send, at + 1);
    };
    send(0);
  });
});
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.on("disconnect", () => process.exit(0));
