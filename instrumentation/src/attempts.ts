import { trace, type Context } from "@opentelemetry/api";
import { numberOf } from "./json.js";

/** Failed calls that are remembered, and for how many milliseconds. */
const mostFailures = 64;
const remembered = 120_000;
/** Bodies larger than this many characters are not compared. */
const largestBody = 64 * 1024;

/** One time that a request is made. */
export interface Attempt {
  /** 0 for the first time that it is made. */
  readonly number: number;
  readonly parent: Context;
  readonly url: URL;
  /** Undefined where it is not known before it is sent. */
  readonly body: string | undefined;
}

interface Failure {
  readonly attempt: number;
  readonly at: number;
}

/**
 * Counts how often a client makes the same request again. Clients of OpenAI and Anthropic say it in
 * a header. For others a request counts as made again where the same body goes to the same address
 * within the same parent span after a failure.
 */
export class Attempts {
  readonly #failures = new Map<string, Failure>();

  of(parent: Context, url: URL, body: string | undefined, retryHeader: string | null): Attempt {
    const failure = this.#failureOf({ parent, url, body });
    const fresh = failure !== undefined && performance.now() - failure.at < remembered;
    const counted = fresh ? failure.attempt + 1 : 0;
    const said = numberOf(retryHeader === null ? undefined : Number(retryHeader)) ?? 0;
    return { number: Math.max(counted, said), parent, url, body };
  }

  ended(attempt: Attempt, failed: boolean): void {
    // As a rule nothing has failed, and a key of a whole body costs more than a look at the number.
    if (!failed && this.#failures.size === 0) return;
    const key = keyOf(attempt);
    if (key === undefined) return;
    this.#failures.delete(key);
    if (!failed) return;
    this.#failures.set(key, { attempt: attempt.number, at: performance.now() });
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > mostFailures && oldest !== undefined) this.#failures.delete(oldest);
  }

  #failureOf(request: Omit<Attempt, "number">): Failure | undefined {
    const key = this.#failures.size === 0 ? undefined : keyOf(request);
    return key === undefined ? undefined : this.#failures.get(key);
  }
}

/** Without a parent span, requests of different users could not be told from each other. */
function keyOf({ parent, url, body }: Omit<Attempt, "number">): string | undefined {
  const span = trace.getSpanContext(parent);
  if (span === undefined || body === undefined || body.length > largestBody) return undefined;
  return `${span.traceId} ${span.spanId} ${url.href} ${body}`;
}
