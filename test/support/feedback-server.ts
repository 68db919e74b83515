import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface FeedbackRequest {
  readonly headers: IncomingHttpHeaders;
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

/** What the server answers: a status, or `hang up`. */
export type Answer = (request: FeedbackRequest) => number | "hang up";

export interface FeedbackServer {
  readonly url: string;
  readonly requests: FeedbackRequest[];
  /** The events of the requests that were answered with 202. */
  taken(): FeedbackRequest["events"];
  /** Replaces what it answers from now on. */
  answer(answer: Answer): void;
  close(): Promise<void>;
}

const taking: Answer = () => 202;

/** Takes feedback as the service does, and fails as it is told. */
export async function startFeedbackServer(): Promise<FeedbackServer> {
  let answer: Answer = taking;
  const requests: FeedbackRequest[] = [];
  const taken: FeedbackRequest["events"][number][] = [];
  const server = createServer((message, response) => {
    const pieces: Buffer[] = [];
    message.on("data", (piece: Buffer) => pieces.push(piece));
    message.on("end", () => {
      const events = JSON.parse(Buffer.concat(pieces).toString()) as FeedbackRequest["events"];
      const request = { headers: message.headers, events };
      requests.push(request);
      const outcome = message.url === "/v1/feedback" ? answer(request) : 404;
      if (outcome === "hang up") {
        message.socket.destroy();
        return;
      }
      if (outcome === 202) taken.push(...events);
      const retry = outcome === 503 || outcome === 429 ? { "retry-after": "0" } : {};
      response.writeHead(outcome, { "content-type": "application/json", ...retry }).end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    taken: () => taken,
    answer: (given) => {
      answer = given;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
