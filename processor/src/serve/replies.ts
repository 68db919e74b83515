import type { Context } from "hono";
import { CalibrantError, type ErrorCode } from "../kernel/errors.js";
import type { Fault } from "../kernel/faults.js";
import { messagePage } from "./pages/message-page.js";
import type { PageContext } from "./pages/layout.js";

/** Whether a route is for people or for programs; its errors take the same form. */
export type Form = "page" | "data";

type Status = 400 | 401 | 403 | 404 | 405 | 413 | 415 | 429 | 500 | 503;

const statuses: Partial<Readonly<Record<ErrorCode, Status>>> = {
  REQUEST_MALFORMED: 400,
  FEEDBACK_INVALID: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  FEEDBACK_TOKEN_MISSING: 401,
  FEEDBACK_TOKEN_INVALID: 401,
  FEEDBACK_TOKEN_EXPIRED: 401,
  FEEDBACK_TOKEN_MISMATCH: 403,
  HOST_REFUSED: 403,
  SITE_REFUSED: 403,
  ORIGIN_REFUSED: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  REQUEST_TOO_LARGE: 413,
  REQUEST_UNSUPPORTED: 415,
  RATE_LIMITED: 429,
  SPOOL_FULL: 503,
  STORE_UNAVAILABLE: 503,
};

/** Seconds after which a client may try again: what a spool or a store needs to get going. */
const retryAfter = "2";

/** Seconds after which enough of a limit by the minute is free again. */
const retryAfterLimit = "30";

/** Browsers ask for a password then, which is the key; the name does not matter. */
const challenge = 'Basic realm="calibrant", charset="UTF-8", Bearer realm="calibrant"';

const titles: Readonly<Record<Status, string>> = {
  400: "This address asks for something impossible",
  401: "This needs an API key",
  403: "Not allowed",
  404: "There is nothing here",
  405: "Not with this method",
  413: "Too large",
  415: "Not in this form",
  429: "Too often",
  500: "Something failed",
  503: "Not available for the moment",
};

/** What the outside may know of an error; anything unforeseen says no more than that it happened. */
export interface Failure {
  readonly status: Status;
  readonly code: ErrorCode;
  readonly message: string;
  readonly faults?: readonly Fault[];
}

export function failureOf(error: unknown): Failure {
  const known = error instanceof CalibrantError ? error : undefined;
  const status = known === undefined ? undefined : statuses[known.code];
  if (known === undefined || status === undefined) {
    return { status: 500, code: "INTERNAL", message: "Something failed; the log has the cause." };
  }
  if (known.code === "STORE_UNAVAILABLE") {
    const message = "The store does not answer. What was sent is safe; try again in a moment.";
    return { status, code: known.code, message };
  }
  return { status, code: known.code, message: known.message };
}

/** The answer that tells of a failure, in the form of the route. */
export async function replyWithFailure(
  context: Context,
  failure: Failure,
  form: Form,
  page: PageContext,
): Promise<Response> {
  const { status, code, message, faults } = failure;
  if (status === 401) context.header("www-authenticate", challenge);
  if (status === 429) context.header("retry-after", retryAfterLimit);
  if (status === 503) context.header("retry-after", retryAfter);
  if (form === "page") {
    return context.html(await messagePage(page, { title: titles[status], message, code }), status);
  }
  return context.json({ error: { code, message, ...(faults && { faults }) } }, status);
}
