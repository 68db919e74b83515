import { CalibrantError, type ErrorCode } from "../kernel/errors.js";
import type { RequestEncoding } from "../model/ports.js";
import type { Signal } from "./routes.js";

export interface Reply {
  readonly status: number;
  readonly encoding: RequestEncoding;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** Items that were not taken, or a warning where there are none. */
export interface PartialSuccess {
  readonly rejected: number;
  readonly message: string;
}

/** The codes of `google.rpc.Code` that are used here. */
const rpcCodes = {
  invalidArgument: 3,
  notFound: 5,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const;

const statuses: Partial<Record<ErrorCode, readonly [status: number, rpcCode: number]>> = {
  REQUEST_MALFORMED: [400, rpcCodes.invalidArgument],
  REQUEST_TOO_LARGE: [413, rpcCodes.resourceExhausted],
  REQUEST_UNSUPPORTED: [415, rpcCodes.invalidArgument],
  NOT_FOUND: [404, rpcCodes.notFound],
  METHOD_NOT_ALLOWED: [405, rpcCodes.unimplemented],
};

const rejectedFields: Readonly<Record<Signal, string>> = {
  traces: "rejectedSpans",
  logs: "rejectedLogRecords",
  metrics: "rejectedDataPoints",
};

/** Replies are kept far below the 64 kB that the specification allows. */
const longestMessage = 4_000;

/** The answer to a request that was taken. Without anything to tell, `partial_success` is not set. */
export function success(
  signal: Signal,
  encoding: RequestEncoding,
  partial: PartialSuccess | undefined,
): Reply {
  if (encoding === "json") {
    const body =
      partial === undefined
        ? {}
        : {
            partialSuccess: {
              [rejectedFields[signal]]: String(partial.rejected),
              errorMessage: shortened(partial.message),
            },
          };
    return { status: 200, encoding, body: Buffer.from(JSON.stringify(body)), headers: {} };
  }
  const body =
    partial === undefined
      ? Buffer.alloc(0)
      : bytesField(
          1,
          Buffer.concat([
            varintField(1, partial.rejected),
            bytesField(2, Buffer.from(shortened(partial.message))),
          ]),
        );
  return { status: 200, encoding, body, headers: {} };
}

/**
 * The answer to a request that was not taken: a `google.rpc.Status` in the request's encoding.
 * @param retryAfter seconds, for what may pass
 */
export function failure(error: unknown, encoding: RequestEncoding, retryAfter: number): Reply {
  if (!(error instanceof CalibrantError)) {
    return status(500, rpcCodes.internal, "internal error", encoding, {});
  }
  const message = `${error.code}: ${error.message}`;
  const [httpStatus, rpcCode] = statuses[error.code] ?? [];
  if (httpStatus !== undefined && rpcCode !== undefined) {
    const headers: Record<string, string> = httpStatus === 405 ? { allow: "POST" } : {};
    return status(httpStatus, rpcCode, message, encoding, headers);
  }
  if (error.retryable) {
    const headers = { "retry-after": String(retryAfter) };
    return status(503, rpcCodes.unavailable, message, encoding, headers);
  }
  return status(500, rpcCodes.internal, "internal error", encoding, {});
}

function status(
  httpStatus: number,
  code: number,
  text: string,
  encoding: RequestEncoding,
  headers: Readonly<Record<string, string>>,
): Reply {
  const message = shortened(text);
  const body =
    encoding === "json"
      ? Buffer.from(JSON.stringify({ code, message }))
      : Buffer.concat([varintField(1, code), bytesField(2, Buffer.from(message))]);
  return { status: httpStatus, encoding, body, headers };
}

function shortened(message: string): string {
  return message.length <= longestMessage ? message : `${message.slice(0, longestMessage)}...`;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return bytes;
}

function varintField(field: number, value: number): Buffer {
  return value === 0 ? Buffer.alloc(0) : Buffer.from([field << 3, ...varint(value)]);
}

function bytesField(field: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(field << 3) | 2, ...varint(content.length)]), content]);
}
