import type { Sign } from "./circuit.js";
import { CalibrantError, messageOf, type ErrorCode } from "../../kernel/errors.js";
import type { Mask } from "./model-secrets.js";

export type CallResult =
  | "answered"
  | "timeout"
  | "connection"
  | "rate_limited"
  | "server_error"
  | "form_refused"
  | "refused"
  | "malformed"
  | "cancelled";

type FailedResult = Exclude<CallResult, "answered" | "cancelled">;

/** What one failed call means. */
export interface ModelFailure {
  readonly result: FailedResult;
  /** What it says about the provider. */
  readonly sign: Sign;
  readonly error: CalibrantError;
  /** Milliseconds that the server asked to wait; undefined when it did not say. */
  readonly retryAfter: number | undefined;
  /** What the server said against the request, for choosing a simpler form. */
  readonly complaint: string;
}

/** The fields that the `openai` package's errors have; any of them may be missing. */
interface ApiErrorLike {
  readonly status?: unknown;
  readonly code?: unknown;
  readonly param?: unknown;
  readonly type?: unknown;
  readonly headers?: unknown;
  readonly cause?: unknown;
}

const longestMessage = 500;

/** Refusals that another form of the same request cannot change. */
const aboutContent =
  /context_length|content_filter|content_policy|maximum context|invalid_api_key/i;
/** Refusals of one text, by a moderating proxy. */
const aboutText = /flagged|moderation|guardrail|content[ _-]?(?:filter|policy)|unsafe|harmful/i;
const aboutAccount =
  /\b(?:api[ _-]?)?keys?\b|token|credential|permission|authenti|authoriz|account|billing|subscription|organi[sz]ation|project/i;

/**
 * Sorts what a call threw.
 * @param mask takes secrets out of what it says, and of its cause
 * @param now milliseconds since the Unix epoch, for a Retry-After that is a date
 */
export function modelFailure(thrown: unknown, mask: Mask, now: number): ModelFailure {
  const error = thrown as ApiErrorLike;
  const own = findOwn(thrown);
  const message = mask(own?.message ?? messageOf(thrown)).slice(0, longestMessage);
  const status = typeof error.status === "number" ? error.status : undefined;
  const complaint = `${text(error.param)} ${text(error.code)} ${message}`;
  const retryAfter = waitOf(error.headers, now);
  const result = own !== undefined ? "refused" : resultOf(thrown, status, complaint);
  const sign = signOf(result, status, error, complaint);
  return {
    result,
    sign,
    complaint,
    retryAfter,
    error: coded(result, message, causeOf(error, mask)),
  };
}

function resultOf(thrown: unknown, status: number | undefined, complaint: string): FailedResult {
  if (status === undefined) return withoutStatus(thrown);
  if (status === 429) return /insufficient_quota/.test(complaint) ? "refused" : "rate_limited";
  // Some models are refused with 403 only when they are asked for log probabilities.
  if (status === 403 && /logprobs/i.test(complaint)) return "form_refused";
  if (status === 408 || status === 409) return "server_error";
  if (status === 400 || status === 422 || status === 501) {
    return aboutContent.test(complaint) ? "refused" : "form_refused";
  }
  return status >= 500 ? "server_error" : "refused";
}

/**
 * Whether the key is wrong or may not do this, or the account has no money. A 403 may just as well
 * be about the text: a gateway's, for what it takes for an attack.
 */
function signOf(
  result: FailedResult,
  status: number | undefined,
  { code, type }: ApiErrorLike,
  complaint: string,
): Sign {
  if (codes[result] === "JUDGE_UNAVAILABLE") return "fails";
  if (result !== "refused") return "answers";
  // A message may repeat what the user wrote; a code does not.
  const isKey = [code, type].includes("invalid_api_key");
  if (isKey || status === 401 || status === 402 || status === 429) return "locked_out";
  if (status !== 403 || aboutText.test(complaint)) return "answers";
  return aboutAccount.test(`${complaint} ${text(type)}`) ? "locked_out" : "refuses";
}

function withoutStatus(thrown: unknown): FailedResult {
  const names = [thrown, (thrown as ApiErrorLike | undefined)?.cause]
    .map((error) => (error instanceof Error ? `${error.constructor.name} ${error.name}` : ""))
    .join(" ");
  if (/timeout/i.test(names)) return "timeout";
  // The client reads the answer itself: what is not about the connection is about the answer.
  return /APIConnection/.test(names) ? "connection" : "malformed";
}

const codes = {
  timeout: "JUDGE_UNAVAILABLE",
  connection: "JUDGE_UNAVAILABLE",
  rate_limited: "JUDGE_UNAVAILABLE",
  server_error: "JUDGE_UNAVAILABLE",
  malformed: "JUDGE_INVALID_OUTPUT",
  form_refused: "JUDGE_REFUSED",
  refused: "JUDGE_REFUSED",
} as const satisfies Record<FailedResult, ErrorCode>;

/** What lies below, such as `connect ECONNREFUSED`, for the log: what was thrown may hold secrets. */
function causeOf({ cause }: ApiErrorLike, mask: Mask): Error | undefined {
  if (!(cause instanceof Error)) return undefined;
  const said = cause.message === "" ? text((cause as ApiErrorLike).code) : cause.message;
  return new Error(mask(said).slice(0, longestMessage));
}

function coded(result: FailedResult, message: string, cause: Error | undefined): CalibrantError {
  const code = codes[result];
  return new CalibrantError(code, message, { cause, retryable: code === "JUDGE_UNAVAILABLE" });
}

/** An error of our own below those that the client wrapped around it. */
function findOwn(thrown: unknown): CalibrantError | undefined {
  let error = thrown;
  for (let depth = 0; depth < 5 && error instanceof Error; depth++) {
    if (error instanceof CalibrantError) return error;
    error = error.cause;
  }
  return undefined;
}

function waitOf(headers: unknown, now: number): number | undefined {
  if (!(headers instanceof Headers)) return undefined;
  const milliseconds = Number(headers.get("retry-after-ms") ?? Number.NaN);
  if (milliseconds >= 0) return milliseconds;
  const after = headers.get("retry-after");
  if (after === null) return undefined;
  const seconds = Number(after);
  const wait = Number.isNaN(seconds) ? Date.parse(after) - now : seconds * 1_000;
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
