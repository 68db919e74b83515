import type { ProviderApi, StreamCollector } from "./apis/provider-api.js";
import { isObject, parseJson, textOf, objectOf, type JsonObject } from "./json.js";
import { ServerSentEventParser } from "./server-sent-events.js";
import { untoldEvents } from "./untold-events.js";
import { largestAnswer } from "./text-budget.js";

/** A stream longer than this many characters is read no further: no answer is. */
const longestStream = 64 * 1024 * 1024;

/** What a provider says went wrong. */
export interface AnswerError {
  readonly type: string | undefined;
  readonly message: string | undefined;
}

/** Reads the bytes of one answer as they pass by, and keeps a bounded part of them. */
export class AnswerReader {
  readonly #api: ProviderApi;
  readonly #collector: StreamCollector | undefined;
  #decoder: InstanceType<typeof TextDecoder> | undefined;
  #events: ServerSentEventParser | undefined;
  /** Found in the events that have to be read; undefined where all have to be. */
  readonly #telling: RegExp | undefined;
  /** Whether the first event has been read, which tells of the answer as a whole. */
  #begun = false;
  /** Whether the bytes so far end with the end of an event. */
  #between = false;
  #length = 0;
  #body: unknown;
  #text = "";
  #error: AnswerError | undefined;
  #complete = false;

  /**
   * @param events whether the answer comes as server-sent events
   * @param content whether content is wanted
   */
  constructor(api: ProviderApi, events: boolean, content: boolean) {
    this.#api = api;
    this.#collector = events ? api.collector() : undefined;
    this.#telling = content ? undefined : api.telling;
  }

  get streams(): boolean {
    return this.#collector !== undefined;
  }

  /** Characters that are still to be parsed. */
  get unparsed(): number {
    return this.#text.length;
  }

  /** Set when the provider reports an error in mid-stream. */
  get error(): AnswerError | undefined {
    return this.#error;
  }

  /** Answers true when the answer is complete, which may be before the body ends. */
  add(bytes: Uint8Array): boolean {
    if (this.#complete || this.#length > longestStream) return this.#complete;
    const telling = this.#begun ? this.#telling : undefined;
    if (telling === undefined) return this.#decode(bytes);
    const { from, to } = untoldEvents(bytes, this.#between, telling);
    if (from >= to) return this.#decode(bytes);
    if (from > 0) {
      this.#decode(bytes.subarray(0, from));
      if (this.#complete || !this.#between) return this.#decode(bytes.subarray(from));
    }
    this.#length += to - from;
    return to === bytes.length ? false : this.#decode(bytes.subarray(to));
  }

  #decode(bytes: Uint8Array): boolean {
    this.#decoder ??= new TextDecoder();
    const complete = this.addText(this.#decoder.decode(bytes, { stream: true }));
    // The decoder keeps the bytes of a character that is not complete, which no line end is.
    this.#between = bytes.at(-1) === 0x0a && this.#events?.between === true;
    return complete;
  }

  /** The body that somebody else has parsed. */
  setBody(body: unknown): void {
    this.#body = body;
  }

  addText(text: string): boolean {
    this.#length += text.length;
    if (this.#collector === undefined) {
      this.#text = this.#length <= largestAnswer ? this.#text + text : "";
      return false;
    }
    this.#events ??= new ServerSentEventParser();
    for (const { data, name } of this.#events.add(text)) {
      if (data === "[DONE]") this.#complete = true;
      else if (this.#isWanted(data, name)) this.#addPiece(this.#collector, parseJson(data), name);
    }
    return this.#complete;
  }

  /** The answer, or what there is of it; undefined where it cannot be read. */
  answer(): JsonObject | undefined {
    if (this.#collector !== undefined) return this.#collector.response();
    const body = this.#body ?? parseJson(this.#text);
    if (!Array.isArray(body)) return isObject(body) ? body : undefined;
    // Gemini streams a list of pieces where nobody asks for events.
    const collector = this.#api.collector();
    if (collector === undefined) return undefined;
    for (const piece of body as unknown[]) this.#addPiece(collector, piece, "");
    return collector.response();
  }

  /** The error in the body of an answer that refuses the call. */
  refusal(): AnswerError {
    const body = this.#body ?? parseJson(this.#text);
    return errorIn(objectOf(Array.isArray(body) ? body[0] : body)) ?? noError;
  }

  #isWanted(data: string, event: string): boolean {
    const telling = this.#begun ? this.#telling : undefined;
    this.#begun = true;
    return telling === undefined || telling.test(data) || telling.test(event);
  }

  #addPiece(collector: StreamCollector, piece: unknown, event: string): void {
    if (!isObject(piece)) return;
    const error = errorIn(piece);
    this.#error ??= error;
    // Nothing comes after an error, and some clients then leave the body open.
    if (collector.add(piece, event) || error !== undefined) this.#complete = true;
  }
}

const noError: AnswerError = { type: undefined, message: undefined };

/** Where providers put errors: `error` of the body, or of the response that an event is about. */
function errorIn(body: JsonObject): AnswerError | undefined {
  const inside = body["error"] ?? objectOf(body["response"])["error"];
  const error = inside ?? (body["type"] === "error" ? body : undefined);
  if (error === undefined || error === null) return undefined;
  if (typeof error === "string") return { type: undefined, message: textOf(error) };
  const fields = objectOf(error);
  return {
    // Gemini's code is a number, and its status the name.
    type: textOf(fields["code"]) ?? textOf(fields["status"]) ?? textOf(fields["type"]),
    message: textOf(fields["message"]),
  };
}
