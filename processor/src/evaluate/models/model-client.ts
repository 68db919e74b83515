import { createHash } from "node:crypto";
import type OpenAI from "openai";
import { backoff } from "../../kernel/backoff.js";
import type { Clock } from "../../kernel/clock.js";
import { CalibrantError } from "../../kernel/errors.js";
import type { Usage } from "../evaluator.js";
import { callSignal } from "./call-signal.js";
import type { CallEnd, Visit } from "./circuit.js";
import { createLimiter } from "./limiter.js";
import { modelAnswer, type ModelAnswer } from "./model-answer.js";
import type { ModelConfig } from "./model-config.js";
import { modelFailure, type CallResult, type ModelFailure } from "./model-failure.js";
import { secretMask } from "./model-secrets.js";
import { batchPrice, usageOf, type ModelPrice } from "./model-usage.js";
import { createOpenaiClient } from "./openai-client.js";
import type { Provider } from "./provider.js";
import { createRate } from "./rate.js";
import { formFields, fullForm, simplerForm, type RequestForm } from "./request-form.js";

export interface ModelRequest {
  /** The same for every interaction: it comes first. */
  readonly instructions: string;
  readonly material: string;
  readonly schemaName: string;
  readonly schema: Record<string, unknown>;
  /** What the answer is about. */
  readonly about: {
    /** What is judged, without what differs from call to call. */
    readonly parts: object;
    readonly interactionId: string;
    readonly evaluators: readonly { readonly name: string; readonly version: string }[];
  };
}

/** What it takes to ask a model in another way than by a call. */
export interface ModelParts {
  readonly config: ModelConfig;
  /** The body of a call, in the form that the server is known to take. */
  body(request: ModelRequest): object;
  /**
   * @param completion the body of the server's answer
   * @param latency milliseconds
   */
  answer(completion: OpenAI.ChatCompletion, latency: number): ModelAnswer;
}

/** A model that judges. */
export interface JudgeModel {
  /** Its name in the configuration. */
  readonly name: string;
  /** What of it decides verdicts: the model's name and its parameters. */
  readonly identity: readonly unknown[];
  /**
   * Waits for a free place, for the rate and for a provider that answers, asks, and asks again
   * after failures that may pass.
   * @throws CalibrantError JUDGE_UNAVAILABLE, JUDGE_REFUSED or JUDGE_INVALID_OUTPUT, or the
   * signal's reason when it aborts
   */
  ask(request: ModelRequest, signal: AbortSignal): Promise<ModelAnswer>;
  /** The same model, with the same places and rates, asked at another temperature. */
  atTemperature(temperature: number): JudgeModel;
  readonly parts: ModelParts;
}

export interface JudgeModelOptions {
  readonly name: string;
  readonly config: ModelConfig;
  readonly price: ModelPrice | undefined;
  readonly provider: Provider;
  readonly clock: Clock;
  readonly random: () => number;
  /** Told of every HTTP call. `milliseconds` is how long it took. */
  readonly onCall: (model: string, result: CallResult, milliseconds: number) => void;
}

export function createJudgeModel(options: JudgeModelOptions): JudgeModel {
  const { name, config, price, provider, clock, random, onCall } = options;
  const { circuit } = provider;
  const client = createOpenaiClient(config);
  const mask = secretMask(config);
  const limiter = createLimiter(config.concurrency);
  const rate = createRate(config, clock);
  let form = { ...fullForm, logProbabilities: config.log_probabilities === "auto" };

  const bodyOf = (
    request: ModelRequest,
    fields: object,
  ): OpenAI.ChatCompletionCreateParamsNonStreaming => ({
    model: config.model,
    messages: [
      { role: "system", content: request.instructions },
      { role: "user", content: request.material },
    ],
    ...fields,
  });

  const fieldsOf = (using: RequestForm, request: ModelRequest, temperature: number | null) => {
    const { schemaName, schema } = request;
    const maxOutputTokens = config.max_output_tokens;
    return formFields(using, { schemaName, schema, temperature, maxOutputTokens });
  };

  const send = async (request: ModelRequest, fields: object, signal: AbortSignal) => {
    const begun = clock.now();
    const own = callSignal(signal);
    const done = (result: CallResult): number => {
      const latency = clock.now() - begun;
      onCall(name, result, latency);
      return latency;
    };
    try {
      const completion: OpenAI.ChatCompletion | null = await client.chat.completions.create(
        bodyOf(request, fields),
        { signal: own.signal },
      );
      const latency = done("answered");
      return modelAnswer(completion, usageOf(completion?.usage, price, latency), mask);
    } catch (error) {
      if (signal.aborted) done("cancelled");
      signal.throwIfAborted();
      const failure = modelFailure(error, mask, clock.now());
      done(failure.result);
      return failure;
    } finally {
      own.release();
    }
  };

  /** One HTTP call, when the rates and the circuit let it through. */
  const call = async (
    request: ModelRequest,
    fields: object,
    visit: Visit,
    signal: AbortSignal,
  ): Promise<ModelAnswer | ModelFailure> => {
    const estimate = tokensOf(request) + config.max_output_tokens;
    const tell = [await rate.take(estimate, signal), await provider.rate.take(estimate, signal)];
    const pass = await visit.enter(signal);
    let end: CallEnd = { sign: "unknown" };
    try {
      const outcome = await send(request, fields, signal);
      end = "text" in outcome ? { sign: "answers" } : endOf(outcome, request);
      if ("text" in outcome) {
        const took = totalOf(outcome.usage);
        if (took > 0) for (const correct of tell) correct(took);
      }
      return outcome;
    } finally {
      pass.end(end);
    }
  };

  /** One attempt, in the simplest form that the server asks for. */
  const attempt = async (
    request: ModelRequest,
    temperature: number | null,
    visit: Visit,
    signal: AbortSignal,
  ): Promise<ModelAnswer | ModelFailure> => {
    let using: RequestForm | undefined = form;
    let first: ModelFailure | undefined;
    while (using !== undefined) {
      const fields = fieldsOf(using, request, temperature);
      const outcome = await call(request, fields, visit, signal);
      if ("text" in outcome) {
        form = using;
        return outcome;
      }
      if (outcome.result !== "form_refused") return outcome;
      first ??= outcome;
      using = simplerForm(using, outcome.complaint);
    }
    return first as ModelFailure;
  };

  const ask = async (
    request: ModelRequest,
    temperature: number | null,
    signal: AbortSignal,
  ): Promise<ModelAnswer> => {
    const visit = circuit.visit();
    for (let failures = 0; ;) {
      const outcome = await attempt(request, temperature, visit, signal);
      if ("text" in outcome) return outcome;
      const { error, retryAfter } = outcome;
      if (!error.retryable) throw error;
      // It is the provider that fails, not this request: it waits with the others.
      if (circuit.state() !== "closed") continue;
      const wait = Math.max(retryAfter ?? 0, backoff(failures, random));
      if (failures++ >= config.retries) throw error;
      if (wait > config.longest_wait) throw tooLong(error, wait);
      await clock.sleep(wait, signal);
      signal.throwIfAborted();
    }
  };

  const at = (temperature: number | null): JudgeModel => ({
    name,
    identity: [config.model, temperature, config.max_output_tokens, config.log_probabilities],
    ask: (request, signal) =>
      limiter.run(
        () => provider.limiter.run(() => ask(request, temperature, signal), signal),
        signal,
      ),
    atTemperature: at,
    parts: {
      config,
      body: (request) => bodyOf(request, fieldsOf(form, request, temperature)),
      answer: (completion, latency) =>
        modelAnswer(
          completion,
          usageOf(completion?.usage, batchPrice(price, config.batch.price), latency),
          mask,
        ),
    },
  });
  return at(config.temperature);
}

function endOf({ sign, error, retryAfter }: ModelFailure, { about }: ModelRequest): CallEnd {
  if (sign !== "refuses") return { sign, error, retryAfter };
  const material = createHash("sha256").update(JSON.stringify(about.parts)).digest("base64");
  return { sign, error, retryAfter, material };
}

/** Four characters a token, which is near enough until the server says how many it were. */
function tokensOf({ instructions, material }: ModelRequest): number {
  return Math.ceil((instructions.length + material.length) / 4);
}

function totalOf({ input_tokens, output_tokens }: Usage): number {
  return input_tokens + output_tokens;
}

function tooLong(error: CalibrantError, wait: number): CalibrantError {
  const message = `${error.message} (the server asks to wait ${Math.round(wait / 1_000)} s)`;
  return new CalibrantError(error.code, message, { cause: error, retryable: true });
}
