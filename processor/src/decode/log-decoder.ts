import type { Attributes } from "./attributes.js";
import { spanIdSize, traceIdSize, writeIdentifier } from "./identifiers.js";
import type { ItemDecoder } from "./item-decoder.js";
import type { LogColumns } from "./log-columns.js";
import type { Rejection } from "./rejection.js";
import type { ResourceContext, ScopeContext } from "./resource-context.js";
import type { TextWriter } from "./text-writer.js";
import { dayNumber, fitsTable } from "./timestamp.js";
import type { ValueWriter } from "./value-writer.js";
import { bytesTag, fixed32Tag, fixed64Tag, varintTag, type WireReader } from "./wire-reader.js";

const tags = {
  time: fixed64Tag(1),
  severityNumber: varintTag(2),
  severityText: bytesTag(3),
  body: bytesTag(5),
  attributes: bytesTag(6),
  flags: fixed32Tag(8),
  traceId: bytesTag(9),
  spanId: bytesTag(10),
  observedTime: fixed64Tag(11),
  eventName: bytesTag(12),
} as const;

/**
 * Reads log records. The time is the record's own, else the observed one, else the time of
 * receipt. A record need not belong to a trace.
 */
export class LogDecoder implements ItemDecoder<LogColumns> {
  day = 0;
  readonly #attributes: Attributes;
  readonly #values: ValueWriter;
  readonly #texts: TextWriter;
  #receivedLow = 0;
  #receivedHigh = 0;
  #timeLow = 0;
  #timeHigh = 0;
  #observedLow = 0;
  #observedHigh = 0;
  #traceId = 0;
  #traceIdEnd = 0;
  #spanId = 0;
  #spanIdEnd = 0;
  #severityText = 0;
  #severityTextEnd = 0;
  #body = 0;
  #bodyEnd = 0;
  #eventName = 0;
  #eventNameEnd = 0;
  #severityNumber = 0;
  #flags = 0;

  constructor(attributes: Attributes, values: ValueWriter, texts: TextWriter) {
    this.#attributes = attributes;
    this.#values = values;
    this.#texts = texts;
  }

  /** @param milliseconds since the Unix epoch */
  receivedAt(milliseconds: number): void {
    const nanoseconds = BigInt(Math.trunc(milliseconds)) * 1_000_000n;
    this.#receivedLow = Number(BigInt.asUintN(32, nanoseconds));
    this.#receivedHigh = Number(BigInt.asUintN(32, nanoseconds >> 32n));
  }

  read(reader: WireReader, end: number): Rejection | undefined {
    this.#clear();
    let rejection: Rejection | undefined;
    while (reader.at < end) {
      const tag = reader.tag(end);
      switch (tag) {
        case tags.time:
          reader.fixed64(end);
          this.#timeLow = reader.low;
          this.#timeHigh = reader.high;
          break;
        case tags.observedTime:
          reader.fixed64(end);
          this.#observedLow = reader.low;
          this.#observedHigh = reader.high;
          break;
        case tags.severityNumber:
          reader.varint64(end);
          this.#severityNumber = reader.high === 0 && reader.low < 256 ? reader.low : 0;
          break;
        case tags.flags:
          this.#flags = reader.fixed32(end) & 255;
          break;
        case tags.attributes: {
          reader.bytesField(end);
          const next = reader.at;
          if (!this.#attributes.collect(reader)) rejection = "too_many_attributes";
          reader.at = next;
          break;
        }
        case tags.traceId:
        case tags.spanId:
        case tags.severityText:
        case tags.body:
        case tags.eventName:
          reader.bytesField(end);
          this.#bounded(tag, reader.start, reader.stop);
          break;
        default:
          reader.skip(tag, end);
      }
    }
    return this.#identityFault() ?? this.#timeFault() ?? rejection;
  }

  write(
    reader: WireReader,
    resource: ResourceContext,
    scope: ScopeContext,
    columns: LogColumns,
  ): Rejection | undefined {
    const { bytes } = reader;
    columns.timestamp.word64(this.#timeLow, this.#timeHigh);
    writeIdentifier(columns.traceId, bytes, this.#traceId, this.#traceIdEnd, traceIdSize);
    writeIdentifier(columns.spanId, bytes, this.#spanId, this.#spanIdEnd, spanIdSize);
    columns.traceFlags.byte(this.#flags);
    this.#texts.string(columns.severityText, bytes, this.#severityText, this.#severityTextEnd);
    columns.severityNumber.byte(this.#severityNumber);
    columns.serviceName.append(resource.serviceName);
    columns.resourceSchemaUrl.append(resource.schemaUrl);
    columns.resourceAttributes.copy(resource.attributes);
    columns.scopeSchemaUrl.append(scope.schemaUrl);
    columns.scopeName.append(scope.name);
    columns.scopeVersion.append(scope.version);
    columns.scopeAttributes.copy(scope.attributes);
    this.#texts.string(columns.eventName, bytes, this.#eventName, this.#eventNameEnd);
    return (
      this.#values.write(reader, this.#body, this.#bodyEnd, columns.body) ??
      this.#attributes.write(reader, columns.attributes)
    );
  }

  #clear(): void {
    this.#attributes.clear();
    this.#timeLow = this.#timeHigh = this.#observedLow = this.#observedHigh = 0;
    this.#traceId = this.#traceIdEnd = this.#spanId = this.#spanIdEnd = 0;
    this.#severityText = this.#severityTextEnd = this.#body = this.#bodyEnd = 0;
    this.#eventName = this.#eventNameEnd = this.#severityNumber = this.#flags = 0;
  }

  #bounded(tag: number, start: number, stop: number): void {
    switch (tag) {
      case tags.traceId:
        this.#traceId = start;
        this.#traceIdEnd = stop;
        return;
      case tags.spanId:
        this.#spanId = start;
        this.#spanIdEnd = stop;
        return;
      case tags.severityText:
        this.#severityText = start;
        this.#severityTextEnd = stop;
        return;
      case tags.body:
        this.#body = start;
        this.#bodyEnd = stop;
        return;
      default:
        this.#eventName = start;
        this.#eventNameEnd = stop;
    }
  }

  #identityFault(): Rejection | undefined {
    const traceIdLength = this.#traceIdEnd - this.#traceId;
    if (traceIdLength !== 0 && traceIdLength !== traceIdSize) return "trace_id_invalid";
    const spanIdLength = this.#spanIdEnd - this.#spanId;
    if (spanIdLength !== 0 && spanIdLength !== spanIdSize) return "span_id_invalid";
    return undefined;
  }

  #timeFault(): Rejection | undefined {
    if ((this.#timeLow | this.#timeHigh) === 0) {
      this.#timeLow = this.#observedLow;
      this.#timeHigh = this.#observedHigh;
    }
    if ((this.#timeLow | this.#timeHigh) === 0) {
      this.#timeLow = this.#receivedLow;
      this.#timeHigh = this.#receivedHigh;
    }
    if (!fitsTable(this.#timeLow, this.#timeHigh)) return "time_out_of_range";
    this.day = dayNumber(this.#timeLow, this.#timeHigh);
    return undefined;
  }
}
