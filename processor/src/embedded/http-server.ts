import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { StoreException, toStoreException } from "./exception.js";
import { handshakeAnswer, isHandshake } from "./go-handshake.js";
import { authenticate, foreignCaller } from "./http-access.js";
import { readBody, saveBody } from "./http-body.js";
import { pageHeaders, queryHeaders, sendAnswer, sendException, sendText } from "./http-reply.js";
import { readRequest } from "./http-request.js";
import type { Credentials } from "./child-messages.js";
import { readInsert } from "./insert-statement.js";
import type { QueryService, StoreAnswer, StoreRequest } from "./query-service.js";

export interface HttpServerOptions {
  readonly service: QueryService;
  readonly credentials: Credentials;
  /** Bytes of one request body, after decompression. */
  readonly bodyLimit: number;
}

/** The part of ClickHouse's HTTP interface that its clients and Grafana use. */
export function createHttpServer(options: HttpServerOptions): Server {
  const server = createServer(
    // Bound parameters travel in the URL; ClickHouse takes a megabyte of it.
    { maxHeaderSize: 1024 ** 2 + 16_384, requestTimeout: 300_000, headersTimeout: 15_000 },
    (request, response) => void answer(options, request, response),
  );
  server.maxConnections = 256;
  // Longer than any client's own limit, so that it is the client who closes.
  server.keepAliveTimeout = 30_000;
  return server;
}

async function answer(
  options: HttpServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const version = options.service.engineVersion;
  response.setHeaders(pageHeaders);
  let headers: Record<string, string> = {};
  try {
    const foreign = foreignCaller(request.headers);
    if (foreign !== undefined) {
      sendText(response, 403, `Refused: ${foreign}\n`);
      return;
    }
    const url = new URL(request.url ?? "/", "http://loopback");
    const parameters = url.searchParams;
    if (url.pathname === "/ping" || url.pathname === "/replicas_status") {
      sendText(response, 200, "Ok.\n");
      return;
    }
    if (url.pathname !== "/") {
      sendText(response, 404, `There is no handle ${url.pathname}\n`);
      return;
    }
    if (request.method !== "GET" && request.method !== "POST") {
      sendText(response, 405, "GET and POST are known\n");
      return;
    }
    headers = queryHeaders(parameters, version);
    const role = authenticate(request.headers, parameters, options.credentials);
    const stored = await perform(
      options,
      request,
      parameters,
      readRequest(request, parameters, role),
    );
    if (stored === undefined) sendText(response, 200, "Ok.\n");
    else await sendAnswer(request, response, parameters, headers, stored);
  } catch (error) {
    sendException(response, headers, toStoreException(error), version);
  }
}

/** Undefined when the request asks for nothing. */
async function perform(
  { service, bodyLimit }: HttpServerOptions,
  request: IncomingMessage,
  parameters: URLSearchParams,
  asked: StoreRequest,
): Promise<StoreAnswer | undefined> {
  const fromUrl = parameters.get("query") ?? "";
  const head = readInsert(fromUrl);
  if (head !== undefined && head.format !== "Values" && head.dataStart >= fromUrl.length) {
    refuseData(asked);
    const file = service.newFile();
    await saveBody(request, bodyLimit, file);
    return await service.insertFile(head, file, asked);
  }
  const body = await readBody(request, asked.role === "writer" ? bodyLimit : readerBodyLimit);
  const text = fromUrl === "" ? body : Buffer.concat([Buffer.from(`${fromUrl}\n`), body]);
  const insert = readInsert(text.toString("latin1", 0, longestHead));
  if (insert !== undefined) {
    refuseData(asked);
    const statement = readInsert(text.toString("utf8", 0, insert.dataStart)) ?? insert;
    return await service.insertBytes(statement, text.subarray(insert.dataStart), asked);
  }
  const sql = text.toString("utf8").trim();
  if (sql === "") {
    if (request.method === "GET" && fromUrl === "") return undefined;
    throw new StoreException(62, "SYNTAX_ERROR", "Empty query");
  }
  if (isHandshake(sql, parameters)) {
    const bytes = handshakeAnswer(service.engineVersion);
    return { bytes, format: "Native", rowsRead: 1, bytesRead: 1, elapsed: 0 };
  }
  return await service.run(sql, asked);
}

/** Statements only; a reader has no rows to send. */
const readerBodyLimit = 1024 ** 2;
const longestHead = 1024 ** 2;

function refuseData(asked: StoreRequest): void {
  if (asked.role !== "writer" || asked.readOnly) {
    throw new StoreException(164, "READONLY", "Cannot execute query in readonly mode");
  }
}
