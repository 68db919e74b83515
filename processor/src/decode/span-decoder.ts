import type { Attributes } from "./attributes.js";
import type { DecodeConfig } from "./decode-config.js";
import { isIdentifier, spanIdSize, traceIdSize, writeIdentifier } from "./identifiers.js";
import type { ItemDecoder } from "./item-decoder.js";
import type { Rejection } from "./rejection.js";
import type { ResourceContext, ScopeContext } from "./resource-context.js";
import { EventDecoder, LinkDecoder } from "./span-parts.js";
import type { TextWriter } from "./text-writer.js";
import { dayNumber, fitsTable } from "./timestamp.js";
import type { TraceColumns } from "./trace-columns.js";
import { bytesTag, fixed64Tag, varintTag, type WireReader } from "./wire-reader.js";

const tags = {
  traceId: bytesTag(1),
  spanId: bytesTag(2),
  traceState: bytesTag(3),
  parentSpanId: bytesTag(4),
  name: bytesTag(5),
  kind: varintTag(6),
  start: fixed64Tag(7),
  end: fixed64Tag(8),
  attributes: bytesTag(9),
  events: bytesTag(11),
  links: bytesTag(13),
  status: bytesTag(15),
} as const;
const statusTags = { message: bytesTag(2), code: varintTag(3) } as const;

const kinds = ["Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"] as const;
const statusCodes = ["Unset", "Ok", "Error"] as const;

/** Reads spans. A span that ends before it starts gets a duration of 0. */
export class SpanDecoder implements ItemDecoder<TraceColumns> {
  day = 0;
  readonly #attributes: Attributes;
  readonly #texts: TextWriter;
  readonly #events: EventDecoder;
  readonly #links: LinkDecoder;
  #traceId = 0;
  #traceIdEnd = 0;
  #spanId = 0;
  #spanIdEnd = 0;
  #parent = 0;
  #parentEnd = 0;
  #traceState = 0;
  #traceStateEnd = 0;
  #name = 0;
  #nameEnd = 0;
  #message = 0;
  #messageEnd = 0;
  #kind = 0;
  #code = 0;
  #startLow = 0;
  #startHigh = 0;
  #endLow = 0;
  #endHigh = 0;

  constructor(limits: DecodeConfig, attributes: Attributes, texts: TextWriter) {
    this.#attributes = attributes;
    this.#texts = texts;
    this.#events = new EventDecoder(limits.events, attributes, texts);
    this.#links = new LinkDecoder(limits.links, attributes, texts);
  }

  read(reader: WireReader, end: number): Rejection | undefined {
    this.#clear();
    let rejection: Rejection | undefined;
    while (reader.at < end) {
      const tag = reader.tag(end);
      switch (tag) {
        case tags.attributes: {
          reader.bytesField(end);
          const next = reader.at;
          if (!this.#attributes.collect(reader)) rejection = "too_many_attributes";
          reader.at = next;
          break;
        }
        case tags.events:
          reader.bytesField(end);
          if (!this.#events.collect(reader.start, reader.stop)) rejection = "too_many_events";
          break;
        case tags.links:
          reader.bytesField(end);
          if (!this.#links.collect(reader.start, reader.stop)) rejection = "too_many_links";
          break;
        case tags.start:
          reader.fixed64(end);
          this.#startLow = reader.low;
          this.#startHigh = reader.high;
          break;
        case tags.end:
          reader.fixed64(end);
          this.#endLow = reader.low;
          this.#endHigh = reader.high;
          break;
        case tags.kind:
          reader.varint64(end);
          this.#kind = reader.low;
          break;
        case tags.traceId:
        case tags.spanId:
        case tags.traceState:
        case tags.parentSpanId:
        case tags.name:
        case tags.status:
          reader.bytesField(end);
          this.#bounded(reader, tag);
          break;
        default:
          reader.skip(tag, end);
      }
    }
    return this.#identityFault(reader.bytes) ?? this.#timeFault() ?? rejection;
  }

  write(
    reader: WireReader,
    resource: ResourceContext,
    scope: ScopeContext,
    columns: TraceColumns,
  ): Rejection | undefined {
    const { bytes } = reader;
    const texts = this.#texts;
    columns.timestamp.word64(this.#startLow, this.#startHigh);
    columns.traceId.hexString(bytes, this.#traceId, this.#traceIdEnd);
    columns.spanId.hexString(bytes, this.#spanId, this.#spanIdEnd);
    writeIdentifier(columns.parentSpanId, bytes, this.#parent, this.#parentEnd, spanIdSize);
    texts.string(columns.traceState, bytes, this.#traceState, this.#traceStateEnd);
    texts.string(columns.name, bytes, this.#name, this.#nameEnd);
    columns.kind.asciiString(kinds[this.#kind] ?? "Unspecified");
    columns.serviceName.append(resource.serviceName);
    columns.resourceAttributes.copy(resource.attributes);
    columns.scopeName.append(scope.name);
    columns.scopeVersion.append(scope.version);
    this.#writeDuration(columns);
    columns.statusCode.asciiString(statusCodes[this.#code] ?? "Unset");
    texts.string(columns.statusMessage, bytes, this.#message, this.#messageEnd);
    return (
      this.#attributes.write(reader, columns.attributes) ??
      this.#events.write(reader, columns) ??
      this.#links.write(reader, columns)
    );
  }

  #clear(): void {
    this.#attributes.clear();
    this.#events.clear();
    this.#links.clear();
    this.#traceId = this.#traceIdEnd = this.#spanId = this.#spanIdEnd = 0;
    this.#parent = this.#parentEnd = this.#traceState = this.#traceStateEnd = 0;
    this.#name = this.#nameEnd = this.#message = this.#messageEnd = 0;
    this.#kind = this.#code = 0;
    this.#startLow = this.#startHigh = this.#endLow = this.#endHigh = 0;
  }

  #bounded(reader: WireReader, tag: number): void {
    const { start, stop } = reader;
    switch (tag) {
      case tags.traceId:
        this.#traceId = start;
        this.#traceIdEnd = stop;
        return;
      case tags.spanId:
        this.#spanId = start;
        this.#spanIdEnd = stop;
        return;
      case tags.parentSpanId:
        this.#parent = start;
        this.#parentEnd = stop;
        return;
      case tags.traceState:
        this.#traceState = start;
        this.#traceStateEnd = stop;
        return;
      case tags.name:
        this.#name = start;
        this.#nameEnd = stop;
        return;
      default:
        this.#readStatus(reader, start, stop);
    }
  }

  /** A status may come in parts. */
  #readStatus(reader: WireReader, start: number, end: number): void {
    reader.at = start;
    while (reader.at < end) {
      const tag = reader.tag(end);
      if (tag === statusTags.message) {
        reader.bytesField(end);
        this.#message = reader.start;
        this.#messageEnd = reader.stop;
      } else if (tag === statusTags.code) {
        reader.varint64(end);
        this.#code = reader.low;
      } else reader.skip(tag, end);
    }
  }

  #identityFault(bytes: Uint8Array): Rejection | undefined {
    if (!isIdentifier(bytes, this.#traceId, this.#traceIdEnd, traceIdSize)) {
      return "trace_id_invalid";
    }
    if (!isIdentifier(bytes, this.#spanId, this.#spanIdEnd, spanIdSize)) return "span_id_invalid";
    const size = this.#parentEnd - this.#parent;
    return size === 0 || size === spanIdSize ? undefined : "parent_span_id_invalid";
  }

  #timeFault(): Rejection | undefined {
    if ((this.#startLow | this.#startHigh) === 0) return "start_time_missing";
    if (!fitsTable(this.#startLow, this.#startHigh) || !fitsTable(this.#endLow, this.#endHigh)) {
      return "time_out_of_range";
    }
    this.day = dayNumber(this.#startLow, this.#startHigh);
    return undefined;
  }

  #writeDuration(columns: TraceColumns): void {
    const borrow = this.#endLow < this.#startLow ? 1 : 0;
    const high = this.#endHigh - this.#startHigh - borrow;
    if (high < 0) columns.duration.word64(0, 0);
    else columns.duration.word64(this.#endLow - this.#startLow, high);
  }
}
