import { SpanStatusCode, type Span } from "@opentelemetry/api";
import type { ProviderApi, StreamCollector } from "./apis/provider-api.js";
import { common, genAi } from "./attributes.js";
import { errorMessage, errorType } from "./errors.js";
import type { FaultGuard } from "./faults.js";
import { isObject, objectOf, parseJson, textOf, type JsonObject } from "./json.js";
import { canObserve, observeResponse, type BodyObserver } from "./observed-response.js";
import { ServerSentEventParser } from "./server-sent-events.js";

/** Answers larger than this many characters are passed on but not read. */
const largestAnswer = 8 * 1024 * 1024;
/** Answers larger than this are parsed after the application has had its turn. */
const parsedAtOnce = 64 * 1024;
/** Milliseconds after which a body that the application has stopped reading is given up. */
const abandonedAfter = 30_000;

export interface ModelCallOptions {
  readonly api: ProviderApi;
  readonly span: Span;
  /** Whether messages may be recorded. */
  readonly content: boolean;
  readonly guard: FaultGuard;
}

/** One call under way, from its request to the end of its answer. Its span ends exactly once. */
export class ModelCall implements BodyObserver {
  readonly #api: ProviderApi;
  readonly #span: Span;
  readonly #content: boolean;
  readonly #guard: FaultGuard;
  readonly #started = performance.now();
  readonly #decoder = new TextDecoder();
  readonly #events = new ServerSentEventParser();
  #collector: StreamCollector | undefined;
  #streamed = false;
  #status = 0;
  #text = "";
  #chunks = 0;
  #ended = false;
  #lastAsked = 0;
  #reading = false;
  #watch: NodeJS.Timeout | undefined;

  constructor(options: ModelCallOptions) {
    this.#api = options.api;
    this.#span = options.span;
    this.#content = options.content;
    this.#guard = options.guard;
  }

  request(body: JsonObject): void {
    this.#streamed = body["stream"] === true;
    const model = textOf(body["model"]);
    if (model !== undefined) this.#span.updateName(`${this.#api.operation} ${model}`);
    this.#span.setAttributes(this.#api.requestAttributes(body, this.#content));
  }

  /** The response to give to the application. */
  response(response: Response): Response {
    this.#status = response.status;
    if (!canObserve(response)) {
      this.#finish();
      return response;
    }
    const type = response.headers.get("content-type") ?? "";
    const events = type.includes("event-stream") || (this.#streamed && !type.includes("json"));
    if (events && response.ok) this.#collector = this.#api.collector();
    const observed = observeResponse(response, this);
    this.#lastAsked = performance.now();
    this.#watchReader();
    return observed;
  }

  waiting(): void {
    this.#reading = true;
  }

  chunk(bytes: Uint8Array): void {
    this.#reading = false;
    this.#lastAsked = performance.now();
    if (this.#ended) return;
    this.#guard.run("Reading an answer", () => {
      if (this.#chunks++ === 0) this.#firstChunk();
      const text = this.#decoder.decode(bytes, { stream: true });
      if (this.#collector !== undefined) this.#addEvents(this.#collector, text);
      else if (this.#text.length + text.length <= largestAnswer) this.#text += text;
    });
  }

  end(): void {
    if (this.#text.length <= parsedAtOnce) {
      this.#finish();
      return;
    }
    const endTime = Date.now();
    setImmediate(() => this.#finish(endTime));
  }

  cancel(): void {
    this.#finish();
  }

  fail(error: unknown): void {
    if (this.#ended) return;
    this.#guard.run("Recording an error", () => {
      this.#span.recordException(error instanceof Error ? error : String(error));
      this.#span.setAttribute(common.errorType, errorType(error));
      this.#span.setStatus({ code: SpanStatusCode.ERROR, message: errorMessage(error) });
    });
    this.#finish();
  }

  #firstChunk(): void {
    if (this.#collector === undefined) return;
    const seconds = (performance.now() - this.#started) / 1_000;
    this.#span.setAttribute(genAi.responseTimeToFirstChunk, seconds);
  }

  #addEvents(collector: StreamCollector, text: string): void {
    for (const event of this.#events.add(text)) {
      this.#noteStreamError(event.data);
      if (collector.add(event)) this.#finish();
    }
  }

  /** Providers report an error in mid-stream as an event with an `error` object. */
  #noteStreamError(data: string): void {
    if (!data.includes('"error"')) return;
    const body = objectOf(parseJson(data));
    const error = isObject(body["error"])
      ? body["error"]
      : objectOf(objectOf(body["response"])["error"]);
    const type = textOf(error["code"]) ?? textOf(error["type"]);
    if (type === undefined) return;
    this.#span.setAttribute(common.errorType, type);
    this.#span.setStatus({ code: SpanStatusCode.ERROR, message: textOf(error["message"]) ?? type });
  }

  #finish(endTime?: number): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#watch);
    this.#guard.run("Recording an answer", () => {
      if (this.#status >= 400) this.#refused();
      else this.#answered();
    });
    this.#guard.run("Ending a span", () => this.#span.end(endTime));
    this.#text = "";
    this.#collector = undefined;
  }

  #answered(): void {
    const body = this.#collector?.response() ?? parseJson(this.#text);
    if (!isObject(body)) return;
    this.#span.setAttributes(this.#api.responseAttributes(body, this.#content));
  }

  #refused(): void {
    const body = objectOf(parseJson(this.#text));
    const error = objectOf(body["error"]);
    const message = textOf(error["message"]) ?? textOf(body["error"]) ?? textOf(body["message"]);
    this.#span.setAttribute(common.errorType, String(this.#status));
    this.#span.setStatus({
      code: SpanStatusCode.ERROR,
      message: message ?? `HTTP status ${this.#status}`,
    });
  }

  /** Ends the span of an answer that the application does not read, or has stopped reading. */
  #watchReader(): void {
    this.#watch = setTimeout(() => {
      const idle = performance.now() - this.#lastAsked;
      if (!this.#reading && idle >= abandonedAfter) this.#finish();
      else if (!this.#ended) this.#watchReader();
    }, abandonedAfter);
    this.#watch.unref();
  }
}
