import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { logsRequestType, traceRequestType } from "./otlp-messages.js";

/** A log record or a span as an independent reader of OTLP finds it. */
export interface SinkItem {
  readonly resource: Readonly<Record<string, unknown>>;
  readonly scope: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Which field of AnyValue each attribute was in. */
  readonly types: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface SinkRequest {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly items: readonly SinkItem[];
}

/** How a request is answered; 200 with an empty body without one. */
export type SinkAnswer = (
  request: SinkRequest,
  response: ServerResponse,
) => void | "taken" | Promise<void | "taken">;

/** An OTLP/HTTP receiver that keeps what it takes. */
export interface VerdictSink {
  readonly url: string;
  /** What was answered with success, by signal. */
  readonly logs: SinkItem[];
  readonly spans: SinkItem[];
  /** Every request, taken or not. */
  readonly requests: SinkRequest[];
  /** Answers "taken", or answers the request itself. */
  answer: SinkAnswer;
  close(): Promise<void>;
}

export async function startVerdictSink(port = 0): Promise<VerdictSink> {
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const pieces: Buffer[] = [];
    for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
    const sent = Buffer.concat(pieces);
    const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent;
    const path = request.url ?? "";
    const items = path.endsWith("/logs") ? readLogs(body) : readSpans(body);
    const seen = { path, headers: request.headers, items };
    sink.requests.push(seen);
    if ((await sink.answer(seen, response)) !== "taken") return;
    (path.endsWith("/logs") ? sink.logs : sink.spans).push(...items);
    if (!response.writableEnded) response.writeHead(200).end();
  };
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const sink: VerdictSink = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    logs: [],
    spans: [],
    requests: [],
    answer: () => "taken",
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return sink;
}

type Message = Readonly<Record<string, unknown>>;

function readLogs(body: Uint8Array): SinkItem[] {
  return read(logsRequestType.decode(body), ["resourceLogs", "scopeLogs", "logRecords"]);
}

function readSpans(body: Uint8Array): SinkItem[] {
  return read(traceRequestType.decode(body), ["resourceSpans", "scopeSpans", "spans"]);
}

function read(
  request: Message,
  [resources, scopes, items]: readonly [string, string, string],
): SinkItem[] {
  return list(request[resources]).flatMap((resource) =>
    list(resource[scopes]).flatMap((scope) =>
      list(scope[items]).map((item) => ({
        resource: attributesOf(resource["resource"] as Message),
        scope: String((scope["scope"] as Message)["name"]),
        attributes: attributesOf(item),
        types: Object.fromEntries(
          list(item["attributes"]).map((pair) => [pair["key"], fieldOf(pair)[0]]),
        ) as Record<string, string>,
        fields: item,
      })),
    ),
  );
}

function list(value: unknown): readonly Message[] {
  return (value ?? []) as readonly Message[];
}

function attributesOf(holder: Message): Record<string, unknown> {
  return Object.fromEntries(
    list(holder["attributes"]).map((pair) => {
      const [type, value] = fieldOf(pair);
      return [pair["key"], type === "intValue" ? Number(value) : value];
    }),
  );
}

function fieldOf(pair: Message): [type: string, value: unknown] {
  return Object.entries(pair["value"] as Message).find(([name]) => name !== "choice") ?? ["", ""];
}

/** An id of OTLP as hexadecimal digits. */
export function idOf(item: SinkItem, field: string): string {
  return Buffer.from((item.fields[field] ?? []) as Uint8Array).toString("hex");
}
