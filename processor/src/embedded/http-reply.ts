import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { deflate, gzip } from "node:zlib";
import { statusOf, type StoreException } from "./exception.js";
import type { StoreAnswer } from "./query-service.js";

const contentTypes: readonly (readonly [RegExp, string])[] = [
  [/^JSON\w*EachRow/i, "application/x-ndjson; charset=UTF-8"],
  [/^JSON/i, "application/json; charset=UTF-8"],
  [/^(?:TSV|TabSeparated)/i, "text/tab-separated-values; charset=UTF-8"],
  [/^CSV/i, "text/csv; charset=UTF-8; header=absent"],
  [/^(?:Native|RowBinary|Arrow|Parquet|ORC|Avro|MsgPack)/i, "application/octet-stream"],
];

/** Keeps browsers from using an answer in a page of another address, or as what it is not. */
export const pageHeaders = new Map([
  ["Cross-Origin-Resource-Policy", "same-origin"],
  ["X-Content-Type-Options", "nosniff"],
]);

/** Headers that every answer to a query carries. */
export function queryHeaders(
  parameters: URLSearchParams,
  engineVersion: string,
): Record<string, string> {
  return {
    "X-ClickHouse-Query-Id": headerSafe(parameters.get("query_id")) || randomUUID(),
    "X-ClickHouse-Server-Display-Name": "calibrant",
    "X-ClickHouse-Timezone": "UTC",
    "X-ClickHouse-Version": engineVersion,
  };
}

export async function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  parameters: URLSearchParams,
  headers: Record<string, string>,
  answer: StoreAnswer,
): Promise<void> {
  const summary = {
    read_rows: String(answer.rowsRead),
    read_bytes: String(answer.bytesRead),
    written_rows: "0",
    written_bytes: "0",
    total_rows_to_read: "0",
    result_rows: "0",
    result_bytes: String(answer.bytes.byteLength),
    elapsed_ns: String(Math.round(answer.elapsed * 1e9)),
  };
  const encoding = wantedEncoding(request, parameters);
  const body = encoding === undefined ? answer.bytes : await compressors[encoding](answer.bytes);
  response.writeHead(200, {
    ...headers,
    "Content-Type":
      contentTypes.find(([pattern]) => pattern.test(answer.format))?.[1] ??
      "text/plain; charset=UTF-8",
    "X-ClickHouse-Format": answer.format,
    "X-ClickHouse-Summary": JSON.stringify(summary),
    ...(encoding === undefined ? {} : { "Content-Encoding": encoding }),
    "Content-Length": body.byteLength,
  });
  response.end(body);
}

export function sendException(
  response: ServerResponse,
  headers: Record<string, string>,
  exception: StoreException,
  engineVersion: string,
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const status = statusOf(exception);
  const body = Buffer.from(exception.text(engineVersion));
  response.writeHead(status, {
    ...headers,
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Length": body.byteLength,
    "X-ClickHouse-Exception-Code": String(exception.code),
    ...(status === 401 ? { "WWW-Authenticate": 'Basic realm="ClickHouse"' } : {}),
    // What is left of the request has not been read: the connection cannot be used again.
    ...(response.req.complete ? {} : { Connection: "close" }),
  });
  response.end(body);
}

export function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "Content-Type": "text/plain; charset=UTF-8" });
  response.end(text);
}

const compressors = {
  gzip: promisify<Uint8Array, Buffer>(gzip),
  deflate: promisify<Uint8Array, Buffer>(deflate),
};

/** ClickHouse compresses only when the setting asks for it, in the first form that both know. */
function wantedEncoding(
  request: IncomingMessage,
  parameters: URLSearchParams,
): keyof typeof compressors | undefined {
  if (parameters.get("enable_http_compression") !== "1") return undefined;
  const accepted = request.headers["accept-encoding"] ?? "";
  if (/\bgzip\b/i.test(accepted)) return "gzip";
  return /\bdeflate\b/i.test(accepted) ? "deflate" : undefined;
}

function headerSafe(value: string | null): string {
  return value !== null && /^[\x21-\x7e]{1,128}$/.test(value) ? value : "";
}
