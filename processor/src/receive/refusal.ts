import { status as codes } from "@grpc/grpc-js";
import { CalibrantError, type ErrorCode } from "../kernel/errors.js";

/** What a sender is told about a request that was not taken, whatever the protocol. */
export interface Refusal {
  readonly httpStatus: number;
  /** Of `google.rpc.Code`, which are the codes of gRPC. */
  readonly rpcCode: codes;
  readonly message: string;
  /** The sender should try again after a while. */
  readonly later: boolean;
}

const statuses: Partial<Record<ErrorCode, readonly [httpStatus: number, rpcCode: codes]>> = {
  REQUEST_MALFORMED: [400, codes.INVALID_ARGUMENT],
  REQUEST_TOO_LARGE: [413, codes.RESOURCE_EXHAUSTED],
  REQUEST_UNSUPPORTED: [415, codes.INVALID_ARGUMENT],
  REQUEST_TIMEOUT: [408, codes.DEADLINE_EXCEEDED],
  UNAUTHENTICATED: [401, codes.UNAUTHENTICATED],
  PERMISSION_DENIED: [403, codes.PERMISSION_DENIED],
  NOT_FOUND: [404, codes.NOT_FOUND],
  METHOD_NOT_ALLOWED: [405, codes.UNIMPLEMENTED],
};

/** Replies are kept far below the 64 kB that the specification allows. */
const longestMessage = 4_000;

/** Anything unforeseen says no more than that it happened. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof CalibrantError) {
    const message = shortened(`${error.code}: ${error.message}`);
    const [httpStatus, rpcCode] = statuses[error.code] ?? [];
    if (httpStatus !== undefined && rpcCode !== undefined) {
      return { httpStatus, rpcCode, message, later: false };
    }
    if (error.retryable) {
      return { httpStatus: 503, rpcCode: codes.UNAVAILABLE, message, later: true };
    }
  }
  return { httpStatus: 500, rpcCode: codes.INTERNAL, message: "internal error", later: false };
}

/** @param limit most characters */
export function shortened(message: string, limit: number = longestMessage): string {
  return message.length <= limit ? message : `${message.slice(0, limit)}...`;
}

const longestRetryAfter = 3;

/**
 * Whole seconds after which a sender should try again. More than three would make the exporters
 * of OpenTelemetry JS give up.
 */
export function retryDelay(random: () => number): number {
  return 1 + Math.floor(random() * longestRetryAfter);
}
