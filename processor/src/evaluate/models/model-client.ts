import OpenAI from "openai";
import { backoff } from "../../kernel/backoff.js";
import type { Clock } from "../../kernel/clock.js";
import { CalibrantError } from "../../kernel/errors.js";
import type { ModelConfig } from "./model-config.js";
import type { Usage } from "../evaluator.js";
import { callSignal } from "./call-signal.js";
import { guardedFetch, ownCallHeader } from "./guarded-fetch.js";
import { createLimiter } from "./limiter.js";
import { modelFailure, type CallResult } from "./model-failure.js";
import { usageOf, type ModelPrice } from "./model-usage.js";
import { formFields, fullForm, simplerForm, type RequestForm } from "./request-form.js";

interface ModelRequest {
  /** The same for every interaction: it comes first. */
  readonly instructions: string;
  readonly material: string;
  readonly schemaName: string;
  readonly schema: Record<string, unknown>;
}

export interface ModelAnswer {
  readonly text: string;
  /** Why the text may not be a whole answer; undefined when the model ended by itself. */
  readonly problem: string | undefined;
  readonly usage: Usage;
}

/** A model that judges. */
export interface JudgeModel {
  /** Its name in the configuration. */
  readonly name: string;
  /** What of it decides verdicts: the model's name and its parameters. */
  readonly identity: readonly unknown[];
  /**
   * Waits for a free place, asks, and asks again after failures that may pass.
   * @throws CalibrantError JUDGE_UNAVAILABLE, JUDGE_REFUSED or JUDGE_INVALID_OUTPUT, or the
   * signal's reason when it aborts
   */
  ask(request: ModelRequest, signal: AbortSignal): Promise<ModelAnswer>;
}

export interface JudgeModelOptions {
  readonly name: string;
  readonly config: ModelConfig;
  readonly price: ModelPrice | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  /** Told of every HTTP call. `milliseconds` is how long it took. */
  readonly onCall: (model: string, result: CallResult, milliseconds: number) => void;
}

/** Headers of the `openai` package that a model server needs; those that describe this machine stay. */
const forwardedHeaders = ["authorization", "content-type", "accept", "user-agent", ownCallHeader];

export function createJudgeModel(options: JudgeModelOptions): JudgeModel {
  const { name, config, price, clock, random, onCall } = options;
  const client = openaiClient(config);
  const limiter = createLimiter(config.concurrency);
  let form = fullForm;

  const call = async (request: ModelRequest, using: RequestForm, signal: AbortSignal) => {
    const begun = clock.now();
    const own = callSignal(signal);
    try {
      // Not every server answers with what the type promises.
      const completion: OpenAI.ChatCompletion | null = await client.chat.completions.create(
        {
          model: config.model,
          messages: [
            { role: "system", content: request.instructions },
            { role: "user", content: request.material },
          ],
          ...formFields(using, {
            schemaName: request.schemaName,
            schema: request.schema,
            temperature: config.temperature,
            maxOutputTokens: config.max_output_tokens,
          }),
        },
        { signal: own.signal },
      );
      const latency = clock.now() - begun;
      const answer = answerOf(completion, usageOf(completion?.usage, price, latency));
      onCall(name, "answered", latency);
      return answer;
    } catch (error) {
      if (signal.aborted) onCall(name, "cancelled", clock.now() - begun);
      signal.throwIfAborted();
      const failure = modelFailure(error, config.api_key, clock.now());
      onCall(name, failure.result, clock.now() - begun);
      return failure;
    } finally {
      own.release();
    }
  };

  /** One attempt, in the simplest form that the server asks for. */
  const attempt = async (request: ModelRequest, signal: AbortSignal) => {
    let using: RequestForm | undefined = form;
    let first: Awaited<ReturnType<typeof call>> | undefined;
    while (using !== undefined) {
      const outcome = await call(request, using, signal);
      if ("text" in outcome) {
        form = using;
        return outcome;
      }
      if (outcome.result !== "form_refused") return outcome;
      first ??= outcome;
      using = simplerForm(using, outcome.complaint);
    }
    return first as Exclude<typeof first, undefined>;
  };

  return {
    name,
    identity: [config.model, config.temperature, config.max_output_tokens],
    ask: (request, signal) =>
      limiter.run(async () => {
        for (let failures = 0; ; failures++) {
          const outcome = await attempt(request, signal);
          if ("text" in outcome) return outcome;
          const { error, retryAfter } = outcome;
          const wait = Math.max(retryAfter ?? 0, backoff(failures, random));
          if (!error.retryable || failures >= config.retries) throw error;
          if (wait > config.longest_wait) throw tooLong(error, wait);
          await clock.sleep(wait, signal);
          signal.throwIfAborted();
        }
      }, signal),
  };
}

function openaiClient(config: ModelConfig): OpenAI {
  const extra = Object.keys(config.headers).map((header) => header.toLowerCase());
  const keyed = config.api_key !== "";
  return new OpenAI({
    baseURL: config.base_url,
    apiKey: keyed ? config.api_key : "none",
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: config.timeout + 1_000,
    logLevel: "off",
    defaultHeaders: { ...config.headers, [ownCallHeader]: "1" },
    fetch: guardedFetch({
      origin: new URL(config.base_url).origin,
      timeout: config.timeout,
      headers: new Set([...forwardedHeaders.slice(keyed ? 0 : 1), ...extra]),
    }),
  });
}

function answerOf(completion: OpenAI.ChatCompletion | null, usage: Usage): ModelAnswer {
  const choice = completion?.choices?.[0];
  const message = choice?.message;
  const problem =
    choice === undefined
      ? "the answer has no choices"
      : choice.finish_reason === "length"
        ? "the answer was cut off at the token limit"
        : choice.finish_reason === "content_filter"
          ? "the provider's content filter stopped the answer"
          : message?.refusal
            ? `the model refused: ${message.refusal}`
            : undefined;
  return { text: typeof message?.content === "string" ? message.content : "", problem, usage };
}

function tooLong(error: CalibrantError, wait: number): CalibrantError {
  const message = `${error.message} (the server asks to wait ${Math.round(wait / 1_000)} s)`;
  return new CalibrantError(error.code, message, { cause: error, retryable: true });
}
