import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

const directory = fileURLToPath(new URL("../cases/otlp", import.meta.url));

/** A request as an SDK sent it. */
export interface CapturedRequest {
  /** `<source>/<file>` */
  readonly name: string;
  readonly path: string;
  readonly signal: "traces" | "logs" | "metrics";
  readonly contentType: string;
  readonly contentEncoding: string | null;
  /** As it was sent. */
  readonly body: Buffer;
  /** Without its content encoding. */
  readonly plain: Buffer;
}

/** All captured requests under `test/cases/otlp`. */
export function capturedRequests(): CapturedRequest[] {
  return readdirSync(directory).flatMap((source) => {
    const meta = JSON.parse(readFileSync(join(directory, source, "meta.json"), "utf8")) as {
      requests: (Omit<CapturedRequest, "name" | "body" | "plain"> & { file: string })[];
    };
    return meta.requests.map(({ file, path, signal, contentType, contentEncoding }) => {
      const body = readFileSync(join(directory, source, file));
      const plain = contentEncoding === "gzip" ? gunzipSync(body) : body;
      return { name: `${source}/${file}`, path, signal, contentType, contentEncoding, body, plain };
    });
  });
}
