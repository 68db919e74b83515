import { context, diag, SpanKind, trace, type Counter, type Span } from "@opentelemetry/api";
import { InstrumentationBase, type InstrumentationConfig } from "@opentelemetry/instrumentation";
import { openAiChat } from "./apis/openai-chat.js";
import { openAiEmbeddings } from "./apis/openai-embeddings.js";
import { openAiResponses } from "./apis/openai-responses.js";
import type { ProviderApi } from "./apis/provider-api.js";
import { common, genAi } from "./attributes.js";
import { contentCaptureFromEnvironment } from "./content-capture.js";
import { FaultGuard } from "./faults.js";
import { readFetchRequest, urlOf, type FetchRequest } from "./fetch-request.js";
import { withoutBaggage } from "./interaction-baggage.js";
import { isObject, parseJson, type JsonObject } from "./json.js";
import { ModelCall } from "./model-call.js";
import { providerName } from "./provider-name.js";
import { instrumentationName, instrumentationVersion } from "./version.js";

const apis: readonly ProviderApi[] = [openAiChat, openAiResponses, openAiEmbeddings];

/** Request bodies larger than this many characters are read after the request has been sent. */
const readBeforehand = 64 * 1024;

/** A request that carries this header is a judge's own and must not be judged in its turn. */
const judgeHeader = "x-calibrant-judge";

export interface GenAiFetchInstrumentationConfig extends InstrumentationConfig {
  /**
   * Whether prompts and answers are recorded on spans. Default: the variable
   * `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`, and false without it.
   */
  readonly captureMessageContent?: boolean;
}

type Fetch = typeof fetch;

/** A call that is about to be made: its span, and what is known of its body. */
interface OpenCall {
  readonly span: Span;
  readonly call: ModelCall;
  readonly late: string | Promise<string> | undefined;
}

/**
 * Records calls to model providers that go through `globalThis.fetch`, which the clients of OpenAI
 * and of the many compatible servers do. The application gets the responses that it would get
 * without it: no error of this class reaches it, and no body is read on its behalf.
 */
export class GenAiFetchInstrumentation extends InstrumentationBase<GenAiFetchInstrumentationConfig> {
  declare private faultCounter: Counter;
  readonly #guard: FaultGuard;
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

  override _updateMetricInstruments(): void {
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

  #fetch(original: Fetch, ...args: Parameters<Fetch>): ReturnType<Fetch> {
    const open = this.#active
      ? this.#guard.run("Reading a request", () => this.#open(...args))
      : undefined;
    if (open === undefined) return original(...args);
    const { span, call, late } = open;
    const send = (): ReturnType<Fetch> => original(...args);
    let pending: ReturnType<Fetch>;
    try {
      pending = context.with(withoutBaggage(trace.setSpan(context.active(), span)), send);
    } catch (error) {
      call.fail(error);
      throw error;
    }
    this.#readLate(call, late);
    return pending.then(
      (response) =>
        this.#guard.run("Reading a response", () => call.response(response)) ?? response,
      (error: unknown) => {
        call.fail(error);
        throw error;
      },
    );
  }

  /** Undefined where the request is not one to record. */
  #open(...[input, init]: Parameters<Fetch>): OpenCall | undefined {
    const url = urlOf(input);
    if (url === undefined) return undefined;
    const path = url.pathname.replace(/\/+$/, "");
    const api = apis.find((candidate) => path.endsWith(candidate.path));
    if (api === undefined) return undefined;
    const request = readFetchRequest(url, input, init);
    if (request.method !== "POST" || request.headers.has(judgeHeader)) return undefined;
    const text = request.body();
    if (typeof text !== "string" || text.length > readBeforehand) {
      return this.#start(api, request, undefined, text);
    }
    const body = parseJson(text);
    if (!isObject(body) || !api.accepts(body)) return undefined;
    return this.#start(api, request, body, undefined);
  }

  #start(
    api: ProviderApi,
    { url }: FetchRequest,
    body: JsonObject | undefined,
    late: OpenCall["late"],
  ): OpenCall | undefined {
    const content = this.getConfig().captureMessageContent ?? contentCaptureFromEnvironment();
    const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
    const span = this.tracer.startSpan(api.operation, {
      kind: SpanKind.CLIENT,
      attributes: {
        [genAi.operationName]: api.operation,
        [genAi.providerName]: providerName(url.hostname),
        [common.serverAddress]: url.hostname,
        [common.serverPort]: port,
        ...(body === undefined ? {} : api.requestAttributes(body, false)),
      },
    });
    if (!span.isRecording()) return undefined;
    const call = new ModelCall({ api, span, content, guard: this.#guard });
    if (body !== undefined) this.#guard.run("Reading a request", () => call.request(body));
    return { span, call, late };
  }

  #readLate(call: ModelCall, late: OpenCall["late"]): void {
    if (late === undefined) return;
    const read = (text: string): void => {
      const body = parseJson(text);
      if (isObject(body)) this.#guard.run("Reading a request", () => call.request(body));
    };
    if (typeof late === "string") read(late);
    else late.then(read, (error: unknown) => this.#guard.report("Reading a request", error));
  }
}
