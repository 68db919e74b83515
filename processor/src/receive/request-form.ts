import type { IncomingHttpHeaders } from "node:http";
import { CalibrantError } from "../kernel/errors.js";
import type { Credentials, RequestEncoding } from "../model/ports.js";

export type Compression = "identity" | "gzip" | "deflate";

const encodings: ReadonlyMap<string, RequestEncoding> = new Map([
  ["application/x-protobuf", "protobuf"],
  ["application/protobuf", "protobuf"],
  ["application/json", "json"],
]);

const compressions: ReadonlyMap<string, Compression> = new Map([
  ["", "identity"],
  ["identity", "identity"],
  ["gzip", "gzip"],
  ["x-gzip", "gzip"],
  ["deflate", "deflate"],
]);

/** The encoding that a content type names, in any letter case and with any parameters. */
export function encodingOf(headers: IncomingHttpHeaders): RequestEncoding | undefined {
  const [type = ""] = (headers["content-type"] ?? "").split(";", 1);
  return encodings.get(type.trim().toLowerCase());
}

export function credentialsOf(headers: IncomingHttpHeaders): Credentials {
  const key = headers["x-api-key"];
  return {
    authorization: headers.authorization,
    apiKey: typeof key === "string" ? key : undefined,
  };
}

/** @throws CalibrantError REQUEST_UNSUPPORTED */
export function requireEncoding(headers: IncomingHttpHeaders): RequestEncoding {
  const encoding = encodingOf(headers);
  if (encoding !== undefined) return encoding;
  throw new CalibrantError(
    "REQUEST_UNSUPPORTED",
    `content type ${JSON.stringify(headers["content-type"] ?? "")} is not supported; send application/x-protobuf or application/json`,
  );
}

/** @throws CalibrantError REQUEST_UNSUPPORTED */
export function requireCompression(headers: IncomingHttpHeaders): Compression {
  return compressionOf(headers["content-encoding"]);
}

/**
 * @param header the compression as a header names it, in any letter case
 * @throws CalibrantError REQUEST_UNSUPPORTED
 */
export function compressionOf(header: string | undefined): Compression {
  const name = (header ?? "").trim().toLowerCase();
  const compression = compressions.get(name);
  if (compression !== undefined) return compression;
  throw new CalibrantError(
    "REQUEST_UNSUPPORTED",
    `content encoding ${JSON.stringify(name)} is not supported; send gzip, deflate or none`,
  );
}

/** The size that a request announces; undefined when it is sent in chunks. */
export function announcedSize(headers: IncomingHttpHeaders): number | undefined {
  const text = headers["content-length"];
  return text === undefined ? undefined : Number(text);
}

/** The most bytes of one request, as sent and after decompression. */
export interface SizeLimit {
  readonly bytes: number;
  /** The setting that changes it, for the sender. */
  readonly setting: string;
}

/** @throws CalibrantError REQUEST_TOO_LARGE */
export function refuseLarger(size: number, { bytes, setting }: SizeLimit): void {
  if (size <= bytes) return;
  throw new CalibrantError(
    "REQUEST_TOO_LARGE",
    `the body has more than ${bytes} bytes (${setting})`,
  );
}
