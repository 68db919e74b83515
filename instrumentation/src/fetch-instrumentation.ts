import {
  context,
  createContextKey,
  diag,
  isSpanContextValid,
  SpanKind,
  trace,
  type Attributes,
  type Counter,
  type Span,
} from "@opentelemetry/api";
import { InstrumentationBase } from "@opentelemetry/instrumentation";
import { anthropicMessages } from "./apis/anthropic-messages.js";
import { geminiEmbeddings } from "./apis/gemini-embeddings.js";
import { geminiGenerate } from "./apis/gemini-generate.js";
import { openAiChat } from "./apis/openai-chat.js";
import { openAiEmbeddings } from "./apis/openai-embeddings.js";
import { openAiResponses } from "./apis/openai-responses.js";
import type { CallTarget, ProviderApi } from "./apis/provider-api.js";
import { Attempts, type Attempt } from "./attempts.js";
import { common, genAi } from "./attributes.js";
import { ContentRecorder } from "./call-content.js";
import { CallMetrics } from "./call-metrics.js";
import { FaultGuard } from "./faults.js";
import { readFetchRequest, urlOf, type FetchRequest } from "./fetch-request.js";
import { portOf } from "./hosts.js";
import { withoutBaggage } from "./interaction-baggage.js";
import { isObject, parseJson, type JsonObject } from "./json.js";
import { ModelCall, targetAttributes } from "./model-call.js";
import { governContent } from "./process-content.js";
import { providerName } from "./provider-name.js";
import { ReaderWatch } from "./reader-watch.js";
import {
  capturesContent,
  settingsOf,
  type GenAiFetchInstrumentationConfig,
  type Settings,
} from "./settings.js";
import { instrumentationName, instrumentationVersion } from "./version.js";

const apis: readonly ProviderApi[] = [
  openAiChat,
  openAiResponses,
  openAiEmbeddings,
  anthropicMessages,
  geminiGenerate,
  geminiEmbeddings,
];

/** Request bodies larger than this many characters are read after the request has been sent. */
const readBeforehand = 64 * 1024;

/** A request that carries this header is a judge's own and must not be judged in its turn. */
const judgeHeader = "x-calibrant-judge";
/** The clients of OpenAI and Anthropic count their attempts in it. */
const retryHeader = "x-stainless-retry-count";

/** Set within a call that is recorded: a second instrumentation beneath the first is not to record it. */
const recordedKey = createContextKey("calibrant.recorded");

type Fetch = typeof fetch;

/** A request to record, and what is known of its body before it is sent. */
interface ReadRequest {
  readonly api: ProviderApi;
  readonly path: string;
  readonly request: FetchRequest;
  readonly body: JsonObject | undefined;
  readonly attempt: Attempt;
}

/** A call that is about to be made. */
interface OpenCall {
  readonly span: Span;
  readonly call: ModelCall;
  /** Reads what of the request was not read before it was sent. */
  readonly readLate: () => void;
}

/**
 * Records calls to model providers that go through `globalThis.fetch`, which the clients of OpenAI,
 * Anthropic and Google and of the many compatible servers do. The application gets the responses
 * that it would get without it: no error of this class reaches it, and no body is read on its behalf.
 */
export class GenAiFetchInstrumentation extends InstrumentationBase<GenAiFetchInstrumentationConfig> {
  declare private faultCounter: Counter;
  declare private callMetrics: CallMetrics;
  readonly #guard: FaultGuard;
  readonly #attempts = new Attempts();
  readonly #watch = new ReaderWatch();
  /** Calls under way. */
  readonly #calls = new Set<ModelCall>();
  #settings: Settings | undefined;
  #original: Fetch | undefined;
  #wrapper: Fetch | undefined;
  #active = false;

  constructor(config: GenAiFetchInstrumentationConfig = {}) {
    // The base class would enable before the fields of this one exist.
    super(instrumentationName, instrumentationVersion, { ...config, enabled: false });
    this.#guard = new FaultGuard(
      diag.createComponentLogger({ namespace: instrumentationName }),
      () => this.faultCounter.add(1),
    );
    this.setConfig(config);
    if (config.enabled !== false) this.enable();
  }

  /** How many faults of the instrumentation itself were swallowed. */
  get faults(): number {
    return this.#guard.count;
  }

  protected override init(): void {}

  /** What it says of content holds for `withTool`, `withRetrieval` and `withInteraction`, too. */
  override setConfig(config: GenAiFetchInstrumentationConfig): void {
    super.setConfig(config);
    governContent(this, config);
  }

  override _updateMetricInstruments(): void {
    this.callMetrics = new CallMetrics(this.meter);
    this.faultCounter = this.meter.createCounter("calibrant.instrumentation.faults", {
      description: "Faults of the instrumentation that were kept from the application",
    });
  }

  override enable(): void {
    if (this.#active) return;
    this.#active = true;
    super.enable();
    if (this.#original !== undefined) return;
    const original = globalThis.fetch;
    const observed: Fetch = (input, init) => this.#fetch(original, input, init);
    Object.defineProperty(observed, "name", { value: original.name, configurable: true });
    Object.defineProperty(observed, "length", { value: original.length, configurable: true });
    this.#original = original;
    this.#wrapper = observed;
    globalThis.fetch = observed;
  }

  /** Calls that are under way are still recorded to their end. */
  override disable(): void {
    this.#active = false;
    super.disable();
    // Where somebody has wrapped on top, the wrapper stays in place and passes everything on.
    if (this.#original === undefined || globalThis.fetch !== this.#wrapper) return;
    globalThis.fetch = this.#original;
    this.#original = undefined;
    this.#wrapper = undefined;
  }

  /** Records the calls under way as they are now; for the end of the process. */
  endCalls(): void {
    for (const call of this.#calls) call.cancel();
  }

  #fetch(original: Fetch, ...args: Parameters<Fetch>): ReturnType<Fetch> {
    const open = this.#active
      ? this.#guard.run("Reading a request", () => this.#open(...args))
      : undefined;
    if (open === undefined) return original(...args);
    const { span, call, readLate } = open;
    const send = (): ReturnType<Fetch> => original(...args);
    let pending: ReturnType<Fetch>;
    try {
      const inner = context.active().setValue(recordedKey, true);
      pending = context.with(withoutBaggage(trace.setSpan(inner, span)), send);
    } catch (error) {
      call.fail(error);
      throw error;
    }
    readLate();
    return pending.then(
      (response) => this.#observed(call, response),
      (error: unknown) => {
        call.fail(error);
        throw error;
      },
    );
  }

  #observed(call: ModelCall, response: Response): Response {
    const { count } = this.#guard;
    this.#guard.run("Reading a response", () => call.response(response));
    if (this.#guard.count > count) call.cancel();
    return response;
  }

  /** Undefined where the request is not one to record. */
  #open(...[input, init]: Parameters<Fetch>): OpenCall | undefined {
    const url = urlOf(input);
    if (url === undefined) return undefined;
    const path = url.pathname.replace(/\/+$/, "");
    const api = apis.find((candidate) => candidate.matches(path));
    if (api === undefined || !this.#current().observes(url)) return undefined;
    const request = readFetchRequest(url, input, init);
    if (request.method !== "POST" || request.header(judgeHeader) !== null) return undefined;
    const active = context.active();
    if (active.getValue(recordedKey) === true) return undefined;
    const text = request.body();
    const known = typeof text === "string" && text.length <= readBeforehand ? text : undefined;
    const attempt = this.#attempts.of(active, url, known, request.header(retryHeader));
    if (known === undefined) {
      return this.#start({ api, path, request, body: undefined, attempt }, text);
    }
    const body = parseJson(known);
    if (!isObject(body) || !api.accepts(body)) return undefined;
    return this.#start({ api, path, request, body, attempt }, undefined);
  }

  #start(read: ReadRequest, late: string | Promise<string> | undefined): OpenCall | undefined {
    const { api, path, body, attempt } = read;
    const settings = this.#current();
    const target = api.target(path, body ?? {});
    const attributes = startAttributes(read, target, settings);
    const name = target.model === undefined ? api.operation : `${api.operation} ${target.model}`;
    const span = this.tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes });
    const recording = span.isRecording();
    // A call that is sampled out still counts; without an SDK there is nothing to count for.
    const counted = this.callMetrics.enabled && isSpanContextValid(span.spanContext());
    if (!recording && !counted) return undefined;
    const captured = recording && capturesContent(settings.config);
    const call = new ModelCall({
      api,
      target,
      span,
      attributes: counted ? attributes : undefined,
      content: new ContentRecorder(captured, settings.config.redact, this.#guard),
      metrics: this.callMetrics,
      guard: this.#guard,
      watch: this.#watch,
      signal: read.request.signal,
      onEnd: (failed) => {
        this.#calls.delete(call);
        this.#attempts.ended(attempt, failed);
      },
    });
    this.#calls.add(call);
    if (body !== undefined) this.#guard.run("Reading a request", () => call.requested(body));
    const readLate = (text: string): void => {
      const lateBody = parseJson(text);
      if (!isObject(lateBody)) return;
      this.#guard.run("Reading a request", () =>
        call.requestedLate(api.target(path, lateBody), lateBody),
      );
    };
    return { span, call, readLate: () => this.#readLate(late, readLate) };
  }

  /** The configuration, prepared once as long as it stays the same. */
  #current(): Settings {
    const config = this.getConfig();
    if (this.#settings?.config !== config) this.#settings = settingsOf(config);
    return this.#settings;
  }

  #readLate(text: string | Promise<string> | undefined, read: (text: string) => void): void {
    // The request itself goes first: it is written in the turns before.
    if (typeof text === "string") setImmediate(read, text);
    else text?.then(read, (error: unknown) => this.#guard.report("Reading a request", error));
  }
}

/** What samplers see. */
function startAttributes(read: ReadRequest, target: CallTarget, settings: Settings): Attributes {
  const { api, path, body, attempt } = read;
  const { url } = read.request;
  return {
    [genAi.operationName]: api.operation,
    [genAi.providerName]:
      settings.provider(url) ?? providerName(url.hostname) ?? api.provider(path),
    ...targetAttributes(target),
    [common.serverAddress]: url.hostname,
    [common.serverPort]: portOf(url),
    [common.resendCount]: attempt.number === 0 ? undefined : attempt.number,
    ...(body === undefined ? {} : api.requestAttributes(body)),
  };
}
