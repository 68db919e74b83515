import type { IncomingMessage, ServerResponse } from "node:http";

export async function bodyOf<T>(request: IncomingMessage): Promise<T> {
  let text = "";
  for await (const piece of request) text += String(piece);
  return JSON.parse(text === "" ? "{}" : text) as T;
}

export function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, {
    "content-type": "application/json",
    "x-request-id": "req_1",
    "request-id": "req_1",
    // Clients that try again need not wait long.
    "retry-after-ms": "5",
  });
  response.end(JSON.stringify(body));
}

/**
 * Writes events in pieces that cut lines and characters.
 * @param ending false where the stream is to stop short, with the connection open
 */
export function stream(response: ServerResponse, events: readonly string[], ending = true): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const bytes = Buffer.from(events.join(""));
  const send = (from: number): void => {
    if (from < bytes.length) {
      response.write(bytes.subarray(from, from + 97));
      setImmediate(send, from + 97);
    } else if (ending) {
      response.end();
    }
  };
  send(0);
}

export function dataEvent(data: unknown): string {
  return `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
}

export function namedEvent(name: string, data: unknown): string {
  return `event: ${name}\n${dataEvent(data)}`;
}
