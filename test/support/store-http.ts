import { request as httpRequest, type OutgoingHttpHeaders } from "node:http";
import type { TestStore } from "./store.js";

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
  readonly text: string;
}

export interface HttpQuestion {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Uint8Array;
}

/** One request as it is written, without what a client library adds. */
export function ask(url: string, question: HttpQuestion): Promise<HttpAnswer> {
  const { method = "POST", path = "/", headers = {}, body } = question;
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { hostname, port, method, path, headers, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const bytes = Buffer.concat(chunks);
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            bytes,
            text: bytes.toString("utf8"),
          });
        });
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

/** The SQL as the user `default`, who has no password. */
export function asReader(store: TestStore, sql: string, path = "/"): Promise<HttpAnswer> {
  return ask(store.url, { path, body: sql });
}

/** The SQL with the store's own credentials. */
export function asWriter(
  store: TestStore,
  sql: string | Uint8Array,
  path = "/",
): Promise<HttpAnswer> {
  const headers = {
    "X-ClickHouse-User": store.credentials.username,
    "X-ClickHouse-Key": store.credentials.password,
  };
  return ask(store.url, { path, body: sql, headers });
}
