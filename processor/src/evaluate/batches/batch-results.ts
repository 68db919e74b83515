import type OpenAI from "openai";
import { CalibrantError, type ErrorCode } from "../../kernel/errors.js";
import type { Mask } from "../models/model-secrets.js";

/** The body of a model's answer, or why there is none. */
export type BatchResult = OpenAI.ChatCompletion | CalibrantError;

/** A line of a batch's files; any part of it may be missing or something else. */
interface ResultLine {
  readonly custom_id?: unknown;
  readonly response?: { readonly status_code?: unknown; readonly body?: unknown } | null;
  readonly error?: { readonly code?: unknown; readonly message?: unknown } | null;
}

const longestMessage = 500;

/** The results by request of a file of answers or of failures. A line that cannot be read has none. */
export function batchResults(file: string, mask: Mask): Map<string, BatchResult> {
  const results = new Map<string, BatchResult>();
  for (const text of file.split("\n")) {
    const line = parsed(text);
    if (typeof line?.custom_id === "string") results.set(line.custom_id, resultOf(line, mask));
  }
  return results;
}

function parsed(text: string): ResultLine | undefined {
  try {
    const line: unknown = JSON.parse(text);
    return typeof line === "object" && line !== null ? line : undefined;
  } catch {
    return undefined;
  }
}

function resultOf({ response, error }: ResultLine, mask: Mask): BatchResult {
  const status = response?.status_code;
  const body = response?.body;
  if (typeof status !== "number") {
    const code = typeof error?.code === "string" ? `${error.code}: ` : "";
    return failure("JUDGE_UNAVAILABLE", mask(`${code}${messageIn(error)}`));
  }
  if (status >= 200 && status < 300 && typeof body === "object" && body !== null) {
    return body as OpenAI.ChatCompletion;
  }
  const passing = status === 429 || status >= 500;
  const said = messageIn((body as { readonly error?: unknown } | null | undefined)?.error);
  return failure(passing ? "JUDGE_UNAVAILABLE" : "JUDGE_REFUSED", mask(`${status} ${said}`));
}

function messageIn(error: unknown): string {
  const message = (error as { readonly message?: unknown } | null | undefined)?.message;
  return typeof message === "string" ? message : "the provider does not say why";
}

function failure(code: ErrorCode, message: string): CalibrantError {
  return new CalibrantError(code, `in a batch: ${message}`.slice(0, longestMessage));
}
