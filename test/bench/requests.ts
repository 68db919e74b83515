import { traceRequestType } from "../support/otlp-messages.js";
import { generator, prose } from "./prose.js";

/** A request of spans that can be sent again and again, each time with identifiers of its own. */
export interface SpanRequest {
  readonly body: Buffer;
  readonly spans: number;
  readonly spansPerTrace: number;
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

const traceIdSize = 16;
const spanIdSize = 8;
const usualSpansPerTrace = 4;
/** What stands for an identifier until it is replaced: it occurs nowhere else in a request. */
const placeholder = 0xf5;

/**
 * Spans of a chat with a model, of the given wire size each, in the attributes of the OTel GenAI
 * conventions; the content is prose of common words, which compresses as prose does.
 * @param spanSize bytes
 */
export function spanRequest(
  spans: number,
  spanSize: number,
  seed: number,
  spansPerTrace = usualSpansPerTrace,
): SpanRequest {
  const random = generator(seed);
  const empty = encode([span(false, "", random)]).length - encode([]).length;
  const members = Array.from({ length: spans }, (_, index) =>
    span(index % spansPerTrace === 0, prose(spanSize - empty, random), random),
  );
  return { body: encode(members), spans, spansPerTrace };
}

function encode(spans: readonly unknown[]): Buffer {
  const resource = {
    attributes: [
      text("service.name", "bench"),
      text("service.version", "1.4.0"),
      text("deployment.environment.name", "production"),
      text("telemetry.sdk.language", "nodejs"),
    ],
  };
  const scope = { name: "bench", version: "1.0.0" };
  const message = { resourceSpans: [{ resource, scopeSpans: [{ scope, spans }] }] };
  return Buffer.from(traceRequestType.encode(traceRequestType.fromObject(message)).finish());
}

function span(isRoot: boolean, content: string, random: () => number): unknown {
  const now = Date.now();
  return {
    traceId: Buffer.alloc(traceIdSize, placeholder),
    spanId: Buffer.alloc(spanIdSize, placeholder),
    ...(isRoot ? {} : { parentSpanId: Buffer.alloc(spanIdSize, 7) }),
    name: isRoot ? "interaction returns" : "chat gpt-4o-mini",
    kind: isRoot ? 1 : 3,
    startTimeUnixNano: nanoseconds(now),
    endTimeUnixNano: nanoseconds(now + 1 + Math.floor(random() * 2_000)),
    status: { code: 1 },
    attributes: [
      text("gen_ai.operation.name", "chat"),
      text("gen_ai.provider.name", "openai"),
      text("gen_ai.request.model", "gpt-4o-mini"),
      text("gen_ai.response.model", "gpt-4o-mini-2024-07-18"),
      text("gen_ai.response.id", `chatcmpl-${Math.floor(random() * 1e12).toString(36)}`),
      { key: "gen_ai.usage.input_tokens", value: { intValue: Math.floor(random() * 900) } },
      { key: "gen_ai.usage.output_tokens", value: { intValue: Math.floor(random() * 300) } },
      { key: "gen_ai.request.temperature", value: { doubleValue: 0.2 } },
      {
        key: "gen_ai.response.finish_reasons",
        value: { arrayValue: { values: [{ stringValue: "stop" }] } },
      },
      text("gen_ai.conversation.id", `session-${Math.floor(random() * 1e6)}`),
      text("user.id", `customer-${Math.floor(random() * 1e4)}`),
      text("server.address", "api.openai.com"),
      { key: "server.port", value: { intValue: 443 } },
      text("calibrant.feature", "returns"),
      { key: "stream", value: { boolValue: true } },
      messages("gen_ai.input.messages", "user", content.slice(0, content.length / 2)),
      messages("gen_ai.output.messages", "assistant", content.slice(content.length / 2)),
    ],
  };
}

function nanoseconds(milliseconds: number): string {
  return `${milliseconds}000000`;
}

function text(key: string, stringValue: string): Attribute {
  return { key, value: { stringValue } };
}

function messages(key: string, role: string, content: string): Attribute {
  return text(key, JSON.stringify([{ role, parts: [{ type: "text", content }] }]));
}

/** Gives the spans of a request new identifiers and the present time, in place. */
export class Renewal {
  readonly #request: SpanRequest;
  readonly #traceIds: readonly number[];
  readonly #spanIds: readonly number[];
  readonly #run = Math.floor(Math.random() * 2 ** 32);
  static #next = 1;

  constructor(request: SpanRequest) {
    this.#request = request;
    this.#traceIds = places(request.body, traceIdSize);
    this.#spanIds = places(request.body, spanIdSize);
    if (this.#traceIds.length !== request.spans || this.#spanIds.length !== request.spans) {
      throw new Error("not every identifier of the request was found");
    }
  }

  renew(): Buffer {
    const { body, spansPerTrace } = this.#request;
    for (const [index, spanId] of this.#spanIds.entries()) {
      const number = Renewal.#next++;
      const traceId = this.#traceIds[index] as number;
      body.writeUInt32BE(this.#run, traceId);
      body.writeUInt32BE(1, traceId + 4);
      body.writeUInt32BE(2, traceId + 8);
      body.writeUInt32BE(Math.ceil(number / spansPerTrace), traceId + 12);
      body.writeUInt32BE(this.#run, spanId);
      body.writeUInt32BE(number, spanId + 4);
    }
    return body;
  }
}

/** Where the placeholders of one size are. */
function places(body: Buffer, size: number): number[] {
  const found: number[] = [];
  const wanted = Buffer.alloc(size, placeholder);
  for (let at = body.indexOf(wanted); at >= 0; at = body.indexOf(wanted, at + size)) {
    if (body[at - 1] === size) found.push(at);
    else at += traceIdSize - size;
  }
  return found;
}
