import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A server that streams an answer of a given size, as fast as it is read. */
export interface EndlessAnswer {
  readonly url: string;
  /** Bytes that the system has taken so far. */
  readonly written: () => number;
  close(): Promise<void>;
}

export async function startEndlessAnswer(size: number): Promise<EndlessAnswer> {
  let written = 0;
  const delta = { choices: [{ index: 0, delta: { content: "word ".repeat(3_000) } }] };
  const piece = Buffer.from(`data: ${JSON.stringify(delta)}\n\n`);
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "text/event-stream" });
    const send = (): void => {
      while (written < size) {
        written += piece.length;
        if (!response.write(piece)) {
          response.once("drain", send);
          return;
        }
      }
      response.end("data: [DONE]\n\n");
    };
    send();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/chat/completions`,
    written: () => written,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
