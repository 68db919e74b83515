import type { Attributes } from "./attributes.js";
import { spanIdSize, traceIdSize, writeIdentifier } from "./identifiers.js";
import type { Rejection } from "./rejection.js";
import type { TextWriter } from "./text-writer.js";
import { fitsTable } from "./timestamp.js";
import type { TraceColumns } from "./trace-columns.js";
import { bytesTag, fixed64Tag, type WireReader } from "./wire-reader.js";

const eventTags = {
  time: fixed64Tag(1),
  name: bytesTag(2),
  attributes: bytesTag(3),
} as const;

const linkTags = {
  traceId: bytesTag(1),
  spanId: bytesTag(2),
  traceState: bytesTag(3),
  attributes: bytesTag(4),
} as const;

/** Reads parts of a span, up to a limit, from where they are in the request. */
abstract class PartDecoder {
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  #count = 0;
  protected readonly attributes: Attributes;
  protected readonly texts: TextWriter;

  constructor(limit: number, attributes: Attributes, texts: TextWriter) {
    this.#starts = new Int32Array(limit);
    this.#ends = new Int32Array(limit);
    this.attributes = attributes;
    this.texts = texts;
  }

  clear(): void {
    this.#count = 0;
  }

  /** Answers false when there are more than the limit. */
  collect(start: number, end: number): boolean {
    if (this.#count === this.#starts.length) return false;
    this.#starts[this.#count] = start;
    this.#ends[this.#count++] = end;
    return true;
  }

  write(reader: WireReader, columns: TraceColumns): Rejection | undefined {
    for (let index = 0; index < this.#count; index++) {
      reader.at = this.#starts[index] as number;
      const rejection = this.part(reader, this.#ends[index] as number, columns);
      if (rejection !== undefined) return rejection;
    }
    this.close(columns);
    return undefined;
  }

  protected abstract part(
    reader: WireReader,
    end: number,
    columns: TraceColumns,
  ): Rejection | undefined;

  /** Ends the row of a span. */
  protected abstract close(columns: TraceColumns): void;
}

/** Reads the events of a span. A time that the table cannot hold becomes 0. */
export class EventDecoder extends PartDecoder {
  protected override part(
    reader: WireReader,
    end: number,
    columns: TraceColumns,
  ): Rejection | undefined {
    let low = 0;
    let high = 0;
    let name = end;
    let nameEnd = end;
    this.attributes.clear();
    while (reader.at < end) {
      const tag = reader.tag(end);
      switch (tag) {
        case eventTags.time:
          reader.fixed64(end);
          low = reader.low;
          high = reader.high;
          break;
        case eventTags.name:
          reader.bytesField(end);
          name = reader.start;
          nameEnd = reader.stop;
          break;
        case eventTags.attributes: {
          reader.bytesField(end);
          const next = reader.at;
          if (!this.attributes.collect(reader)) return "too_many_attributes";
          reader.at = next;
          break;
        }
        default:
          reader.skip(tag, end);
      }
    }
    if (fitsTable(low, high)) columns.eventTimestamp.word64(low, high);
    else columns.eventTimestamp.word64(0, 0);
    this.texts.string(columns.eventName, reader.bytes, name, nameEnd);
    return this.attributes.write(reader, columns.eventAttributes);
  }

  protected override close(columns: TraceColumns): void {
    columns.eventEnds.count64(columns.eventAttributes.rows);
  }
}

/** Reads the links of a span. An identifier that is not one becomes empty. */
export class LinkDecoder extends PartDecoder {
  protected override part(
    reader: WireReader,
    end: number,
    columns: TraceColumns,
  ): Rejection | undefined {
    let [traceId, traceIdEnd, spanId, spanIdEnd, state, stateEnd] = [end, end, end, end, end, end];
    this.attributes.clear();
    while (reader.at < end) {
      const tag = reader.tag(end);
      switch (tag) {
        case linkTags.traceId:
          reader.bytesField(end);
          [traceId, traceIdEnd] = [reader.start, reader.stop];
          break;
        case linkTags.spanId:
          reader.bytesField(end);
          [spanId, spanIdEnd] = [reader.start, reader.stop];
          break;
        case linkTags.traceState:
          reader.bytesField(end);
          [state, stateEnd] = [reader.start, reader.stop];
          break;
        case linkTags.attributes: {
          reader.bytesField(end);
          const next = reader.at;
          if (!this.attributes.collect(reader)) return "too_many_attributes";
          reader.at = next;
          break;
        }
        default:
          reader.skip(tag, end);
      }
    }
    const { bytes } = reader;
    writeIdentifier(columns.linkTraceId, bytes, traceId, traceIdEnd, traceIdSize);
    writeIdentifier(columns.linkSpanId, bytes, spanId, spanIdEnd, spanIdSize);
    this.texts.string(columns.linkTraceState, bytes, state, stateEnd);
    return this.attributes.write(reader, columns.linkAttributes);
  }

  protected override close(columns: TraceColumns): void {
    columns.linkEnds.count64(columns.linkAttributes.rows);
  }
}
