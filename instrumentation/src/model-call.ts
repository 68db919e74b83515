import { SpanStatusCode, type Attributes, type Span } from "@opentelemetry/api";
import { AnswerReader } from "./answer-reader.js";
import type { CallTarget, ProviderApi } from "./apis/provider-api.js";
import { common, genAi } from "./attributes.js";
import type { ContentRecorder } from "./call-content.js";
import type { CallMetrics } from "./call-metrics.js";
import { errorMessage, errorType } from "./errors.js";
import type { FaultGuard } from "./faults.js";
import type { JsonObject } from "./json.js";
import { canObserve, observeResponse, type BodyObserver } from "./observed-response.js";
import type { ReaderWatch, WatchedReader } from "./reader-watch.js";

/** Answers larger than this many characters are parsed after the application has had its turn. */
const parsedAtOnce = 64 * 1024;
/** Milliseconds after which a body that the application has stopped reading is given up. */
const abandonedAfter = 30_000;
/** The same for the body of a refusal: clients that try again do not read it. */
const refusalAbandonedAfter = 1_000;

export interface ModelCallOptions {
  readonly api: ProviderApi;
  readonly target: CallTarget;
  readonly span: Span;
  /** What the span was started with; undefined where no metrics are recorded. */
  readonly attributes: Attributes | undefined;
  readonly content: ContentRecorder;
  readonly metrics: CallMetrics;
  readonly guard: FaultGuard;
  readonly watch: ReaderWatch;
  /** Aborts the request. */
  readonly signal: AbortSignal | undefined;
  /** Told once, at the end, whether the call failed. */
  readonly onEnd: (failed: boolean) => void;
}

/** One call under way, from its request to the end of its answer. Its span ends exactly once. */
export class ModelCall implements BodyObserver, WatchedReader {
  readonly #options: ModelCallOptions;
  readonly #span: Span;
  readonly #guard: FaultGuard;
  readonly #started = performance.now();
  /** What the span has so far, for the metrics. */
  readonly #attributes: Attributes | undefined;
  #reader: AnswerReader | undefined;
  #streamed: boolean;
  #status = 0;
  #firstChunk: number | undefined;
  #ended = false;
  #failed = false;
  /** When the application was last seen to read. */
  #lastAsked = 0;
  /** Whether it waits for the server. */
  #reading = false;
  /** Whether it has read since the last look. */
  #hasRead = false;

  constructor(options: ModelCallOptions) {
    this.#options = options;
    this.#span = options.span;
    this.#guard = options.guard;
    this.#attributes = options.attributes === undefined ? undefined : { ...options.attributes };
    this.#streamed = options.target.stream;
  }

  /** What the request says besides the attributes that the span was started with. */
  requested(body: JsonObject): void {
    const { api, content } = this.#options;
    if (content.captured) {
      this.#span.setAttributes(content.attributes(() => api.requestContent(body)));
    }
  }

  /** A request that could be read only after the span was started. */
  requestedLate({ model, stream }: CallTarget, body: JsonObject): void {
    const { api } = this.#options;
    this.#streamed = stream;
    if (model !== undefined) this.#span.updateName(`${api.operation} ${model}`);
    this.#set({ ...targetAttributes({ model, stream }), ...api.requestAttributes(body) });
    this.requested(body);
  }

  /** The response that the application gets. */
  response(response: Response): void {
    this.#status = response.status;
    if (!canObserve(response)) {
      this.#finish();
      return;
    }
    const { api, content } = this.#options;
    const type = response.headers.get("content-type") ?? "";
    const events = type.includes("event-stream") || (this.#streamed && !type.includes("json"));
    this.#reader = new AnswerReader(api, events && response.ok, content.captured);
    observeResponse(response, this);
    this.#lastAsked = performance.now();
    this.#options.watch.add(this);
  }

  waiting(): void {
    this.#reading = true;
  }

  chunk(bytes: Uint8Array): void {
    this.#reading = false;
    this.#hasRead = true;
    this.#read(bytes, addBytes);
  }

  text(text: string): void {
    this.#read(text, addText);
  }

  parsed(value: unknown): void {
    this.#read(value, setBody);
  }

  /** @param add answers true when the answer is complete */
  #read<T>(piece: T, add: (reader: AnswerReader, piece: T) => boolean): void {
    const reader = this.#reader;
    if (this.#ended || reader === undefined) return;
    // Not by the guard's `run`: this is done for every piece of a stream.
    try {
      if (this.#firstChunk === undefined && reader.streams) {
        this.#firstChunk = (performance.now() - this.#started) / 1_000;
      }
      if (add(reader, piece)) this.#finish();
    } catch (error) {
      this.#guard.report("Reading an answer", error);
    }
  }

  end(): void {
    if ((this.#reader?.unparsed ?? 0) <= parsedAtOnce) {
      this.#finish();
      return;
    }
    const endTime = Date.now();
    setImmediate(() => this.#finish(endTime));
  }

  /** Clients also cancel the body of a request that was aborted: that is not a free decision. */
  cancel(): void {
    const { signal } = this.#options;
    if (signal?.aborted === true) this.fail(signal.reason);
    else this.#finish();
  }

  fail(error: unknown): void {
    if (this.#ended) return;
    this.#guard.run("Recording an error", () => {
      this.#recordException(error);
      this.#setError(errorType(error), errorMessage(error));
    });
    this.#finish();
  }

  #recordException(error: unknown): void {
    const { content } = this.#options;
    if (!content.redacts) {
      this.#span.recordException(error instanceof Error ? error : String(error));
      return;
    }
    // The stack repeats the message.
    const message = content.errorMessage(errorMessage(error));
    this.#span.recordException({ name: errorType(error), ...(message && { message }) });
  }

  #setError(type: string, message: string): void {
    const { content } = this.#options;
    const said = content.redacts ? content.errorMessage(message) : message;
    this.#failed = true;
    this.#set({ [common.errorType]: type });
    this.#span.setStatus({
      code: SpanStatusCode.ERROR,
      ...(said === undefined ? {} : { message: said }),
    });
  }

  #set(attributes: Attributes): void {
    if (this.#attributes !== undefined) Object.assign(this.#attributes, attributes);
    this.#span.setAttributes(attributes);
  }

  #finish(endTime?: number): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.watch.remove(this);
    const duration = (performance.now() - this.#started) / 1_000;
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader !== undefined) {
      this.#guard.run("Recording an answer", () => {
        if (this.#status < 400) this.#answered(reader);
      });
    }
    this.#guard.run("Recording an error", () => {
      if (this.#status >= 400) this.#refused(reader);
    });
    this.#guard.run("Ending a span", () => this.#span.end(endTime));
    this.#guard.run("Recording metrics", () => {
      const { metrics, onEnd } = this.#options;
      const attributes = this.#attributes;
      if (attributes !== undefined) {
        metrics.record({ attributes, duration, firstChunk: this.#firstChunk });
      }
      onEnd(this.#failed);
    });
  }

  #answered(reader: AnswerReader): void {
    const { api, content } = this.#options;
    const body = reader.answer();
    if (body === undefined) return;
    this.#set({
      [genAi.responseTimeToFirstChunk]: this.#firstChunk,
      ...api.responseAttributes(body),
    });
    const { error } = reader;
    if (error !== undefined) {
      const type = error.type ?? "_OTHER";
      this.#setError(type, error.message ?? type);
    }
    if (content.captured) {
      this.#span.setAttributes(content.attributes(() => api.responseContent(body)));
    }
  }

  #refused(reader: AnswerReader | undefined): void {
    const message = reader?.refusal().message;
    this.#setError(String(this.#status), message ?? `HTTP status ${this.#status}`);
  }

  /** Ends the span of an answer that the application does not read, or has stopped reading. */
  look(now: number): void {
    if (this.#hasRead || this.#reading) {
      this.#hasRead = false;
      this.#lastAsked = now;
      return;
    }
    const patience = this.#status < 400 ? abandonedAfter : refusalAbandonedAfter;
    if (now - this.#lastAsked >= patience) this.#finish();
  }
}

function addBytes(reader: AnswerReader, bytes: Uint8Array): boolean {
  return reader.add(bytes);
}

function addText(reader: AnswerReader, text: string): boolean {
  return reader.addText(text);
}

function setBody(reader: AnswerReader, value: unknown): boolean {
  reader.setBody(value);
  return true;
}

export function targetAttributes({ model, stream }: CallTarget): Attributes {
  return { [genAi.requestModel]: model, [genAi.requestStream]: stream ? true : undefined };
}
