/**
 * Every error that Calibrant reports on purpose. The code is stable: clients, runbooks and the
 * table in `docs/errors.md` refer to it, and a test compares the two.
 */
export const errorCodes = {
  CONFIG_INVALID: "The configuration has faults; each is listed with its path.",
  REQUEST_MALFORMED: "The request body is not what its content type says.",
  REQUEST_TOO_LARGE: "The request is over a size limit.",
  REQUEST_UNSUPPORTED: "The content type or encoding is not supported.",
  REQUEST_TIMEOUT: "The request did not arrive in the time that it may take.",
  NOT_FOUND: "There is nothing at this address.",
  METHOD_NOT_ALLOWED: "The address exists, but not for this HTTP method.",
  HOST_REFUSED: "The Host header names a host that this server does not answer for.",
  SITE_REFUSED: "A browser sent the request for a page of another address.",
  UNAUTHENTICATED: "An API key is needed, and none that is known was sent.",
  PERMISSION_DENIED: "The API key has not the scope that the request needs.",
  BIND_REFUSED: "The address to listen on is not loopback, which needs authentication and TLS.",
  INTERNAL: "Something failed that should not have; the log has the cause.",
  FEEDBACK_INVALID: "The feedback event has faults; each is listed with its path.",
  FEEDBACK_TOKEN_MISSING: "Feedback from a web page, or without an API key, needs a token.",
  FEEDBACK_TOKEN_INVALID: "The feedback token is damaged, or signed with a secret not known here.",
  FEEDBACK_TOKEN_EXPIRED: "The feedback token has expired.",
  FEEDBACK_TOKEN_MISMATCH: "The feedback token was made for another interaction or other kinds.",
  ORIGIN_REFUSED: "The web page that sends this is on an origin that is not allowed to.",
  RATE_LIMITED: "More requests came than are taken in a minute; try again later.",
  RECEIVER_BUSY: "Requests under way hold as many bytes as they may; try again later.",
  SPOOL_FULL: "The spool has reached its quota or the disk is full; try again later.",
  SPOOL_FAILED: "The spool could not write to its disk or read from it; the log has the cause.",
  SPOOL_LOCKED: "Another process uses this data directory.",
  SPOOL_CORRUPT: "A spool segment is damaged beyond its torn tail.",
  DEAD_LETTERS_FULL: "The dead letters have reached their quota; loading waits for a decision.",
  DEAD_LETTER_UNKNOWN: "There is no dead letter of this name, or it cannot be replayed.",
  STORE_UNAVAILABLE: "ClickHouse does not answer or answered with a retryable error.",
  STORE_REFUSED: "ClickHouse refused a statement or rows; trying again will not help.",
  STORE_MIGRATION: "The schema in the store is not one that this version knows.",
  BACKFILL_INCOMPLETE:
    "A backfill was stopped before its end, or traces of it could not be derived again.",
  EMBEDDED_MISSING: "The embedded store needs the optional package `chdb`, which is not installed.",
  EMBEDDED_FAILED: "The embedded store's process did not start or has ended.",
  JUDGE_UNAVAILABLE: "A judge model did not answer in time or answered with a retryable error.",
  JUDGE_REFUSED: "A judge model refused the request; trying again will not help.",
  JUDGE_INVALID_OUTPUT: "A judge model's answer is not of the form that the rubric asks for.",
  EVALUATOR_FAILED: "An evaluator ended with an error of its own.",
  FORWARD_HELD:
    "An endpoint that evaluations are forwarded to does not take them for the time being.",
  FORWARD_REFUSED: "An endpoint refuses an evaluation for good; it is skipped and counted.",
  PORT_IN_USE: "A port that the service was told to listen on is taken.",
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** The one error class. `retryable` says whether the same call may succeed later. */
export class CalibrantError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;

  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly retryable?: boolean } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "CalibrantError";
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}

/** A message for people out of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
