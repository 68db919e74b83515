import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/**
 * What becomes of one request: it passes, is answered with 500, is never answered, its connection
 * is reset before the store sees it, or the store does its work and the reply is lost.
 */
export type Fault = "pass" | "500" | "hang" | "reset" | "drop-reply";

export interface FaultProxy {
  readonly url: string;
  /** Decides from now on; inserts only, or everything with `all`. */
  behave(decide: () => Fault, scope?: "inserts" | "all"): void;
  /** Requests by what became of them. */
  readonly counts: Readonly<Record<Fault, number>>;
}

const passing = (): Fault => "pass";

/** Stands in front of a store, over real HTTP; closed when the test has finished. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  let decide: () => Fault = passing;
  let scope: "inserts" | "all" = "inserts";
  const counts: Record<Fault, number> = { pass: 0, "500": 0, hang: 0, reset: 0, "drop-reply": 0 };

  const server = createServer((request, response) => {
    const isInsert = /query=INSERT/i.test(request.url ?? "");
    const fault = isInsert || scope === "all" ? decide() : "pass";
    if (isInsert || scope === "all") counts[fault]++;
    switch (fault) {
      case "pass":
        forward(target, request, (answer) => {
          response.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(response);
        });
        return;
      case "drop-reply":
        forward(target, request, (answer) => {
          answer.resume().on("end", () => request.socket.destroy());
        });
        return;
      case "500":
        request.resume().on("end", () => {
          response.writeHead(500, { "X-ClickHouse-Exception-Code": "241" });
          response.end("Code: 241. DB::Exception: Memory limit exceeded (MEMORY_LIMIT_EXCEEDED)");
        });
        return;
      case "reset":
        request.socket.destroy();
        return;
      case "hang":
        request.resume();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    behave: (next, over = "inserts") => {
      decide = next;
      scope = over;
    },
    counts,
  };
}

function forward(
  target: string,
  request: IncomingMessage,
  answered: (answer: IncomingMessage) => void,
): void {
  const onward = httpRequest(
    `${target}${request.url}`,
    { method: request.method, headers: request.headers, agent: false },
    answered,
  );
  onward.on("error", () => request.socket.destroy());
  request.pipe(onward);
}
