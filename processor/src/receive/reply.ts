import type { RequestEncoding } from "../model/ports.js";
import { bytesField, varintField } from "./protobuf-fields.js";
import { refusalOf, shortened } from "./refusal.js";
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

const rejectedFields: Readonly<Record<Signal, string>> = {
  traces: "rejectedSpans",
  logs: "rejectedLogRecords",
  metrics: "rejectedDataPoints",
};

/** The answer to a request that was taken. Without anything to tell, `partial_success` is not set. */
export function success(
  signal: Signal,
  encoding: RequestEncoding,
  partial: PartialSuccess | undefined,
): Reply {
  const body =
    encoding === "json"
      ? Buffer.from(JSON.stringify(partial === undefined ? {} : jsonPartial(signal, partial)))
      : successMessage(partial);
  return { status: 200, encoding, body, headers: {} };
}

/** The same for every signal: the protobuf message of an answer to a request that was taken. */
export function successMessage(partial: PartialSuccess | undefined): Buffer {
  if (partial === undefined) return Buffer.alloc(0);
  const message = bytesField(2, Buffer.from(shortened(partial.message)));
  return bytesField(1, Buffer.concat([varintField(1, partial.rejected), message]));
}

function jsonPartial(signal: Signal, { rejected, message }: PartialSuccess): unknown {
  return {
    partialSuccess: {
      [rejectedFields[signal]]: String(rejected),
      errorMessage: shortened(message),
    },
  };
}

/**
 * The answer to a request that was not taken: a `google.rpc.Status` in the request's encoding.
 * @param retryAfter seconds, for what may pass
 */
export function failure(error: unknown, encoding: RequestEncoding, retryAfter: number): Reply {
  const { httpStatus, rpcCode: code, message, later } = refusalOf(error);
  const body =
    encoding === "json"
      ? Buffer.from(JSON.stringify({ code, message }))
      : Buffer.concat([varintField(1, code), bytesField(2, Buffer.from(message))]);
  const headers: Record<string, string> = {};
  if (httpStatus === 401) headers["www-authenticate"] = 'Bearer realm="calibrant"';
  if (httpStatus === 405) headers["allow"] = "POST";
  if (later) headers["retry-after"] = String(retryAfter);
  return { status: httpStatus, encoding, body, headers };
}
