import { readValue, ValueView, valueKinds } from "./any-value.js";
import type { ByteBuffer } from "./byte-buffer.js";
import type { DecodeConfig } from "./decode-config.js";
import { readKeyValue, type KeyValue } from "./key-value.js";
import { doubleText, int64Text } from "./number-text.js";
import type { Rejection } from "./rejection.js";
import type { TextWriter } from "./text-writer.js";
import { bytesTag, type WireReader } from "./wire-reader.js";

/** `values` of an ArrayValue or KeyValueList. */
const valuesTag = bytesTag(1);

/**
 * Writes array and map values as JSON text, in the form of the Collector: keys sorted by their
 * bytes, the last of several equal keys kept, no blanks, bytes as base64. A number that JSON does
 * not have is written as a string.
 */
export class JsonWriter {
  readonly #limits: DecodeConfig;
  readonly #texts: TextWriter;

  constructor(limits: DecodeConfig, texts: TextWriter) {
    this.#limits = limits;
    this.#texts = texts;
  }

  /** Answers why the value cannot be written; `out` then holds a part of it. */
  write(reader: WireReader, view: ValueView, out: ByteBuffer): Rejection | undefined {
    return this.#value(reader, view, out, this.#limits.nesting);
  }

  #value(
    reader: WireReader,
    view: ValueView,
    out: ByteBuffer,
    nesting: number,
  ): Rejection | undefined {
    switch (view.kind) {
      case valueKinds.string:
        this.#texts.jsonString(out, reader.bytes, view.start, view.stop);
        return undefined;
      case valueKinds.int:
        this.#texts.jsonNumber(out, int64Text(view.low, view.high));
        return undefined;
      case valueKinds.double:
        this.#texts.jsonNumber(out, doubleText(view.low, view.high));
        return undefined;
      case valueKinds.bool:
        out.ascii((view.low | view.high) === 0 ? "false" : "true");
        return undefined;
      case valueKinds.bytes:
        this.#texts.jsonBytes(out, reader.bytes, view.start, view.stop);
        return undefined;
      case valueKinds.array:
        if (nesting === 0) return "nested_too_deeply";
        return this.#array(reader, view.start, view.stop, out, nesting - 1);
      case valueKinds.map:
        if (nesting === 0) return "nested_too_deeply";
        return this.#map(reader, view.start, view.stop, out, nesting - 1);
      default:
        out.ascii("null");
        return undefined;
    }
  }

  #array(
    reader: WireReader,
    start: number,
    end: number,
    out: ByteBuffer,
    nesting: number,
  ): Rejection | undefined {
    const view = new ValueView();
    let separator = "";
    reader.at = start;
    out.ascii("[");
    while (reader.at < end) {
      if (!nextElement(reader, end)) continue;
      const next = reader.at;
      out.ascii(separator);
      separator = ",";
      reader.at = reader.start;
      readValue(reader, next, view);
      const rejection = this.#value(reader, view, out, nesting);
      if (rejection !== undefined) return rejection;
      reader.at = next;
    }
    out.ascii("]");
    return undefined;
  }

  #map(
    reader: WireReader,
    start: number,
    end: number,
    out: ByteBuffer,
    nesting: number,
  ): Rejection | undefined {
    const { bytes } = reader;
    const entries = readEntries(reader, start, end, this.#limits.attributes);
    if (entries === undefined) return "too_many_attributes";
    // The sort is stable: equal keys stay in the order in which they came.
    entries.sort((a, b) => compareKeys(bytes, a, b));
    const view = new ValueView();
    let separator = "";
    out.ascii("{");
    for (const [index, entry] of entries.entries()) {
      const following = entries[index + 1];
      if (following !== undefined && compareKeys(bytes, entry, following) === 0) continue;
      out.ascii(separator);
      separator = ",";
      this.#texts.jsonString(out, bytes, entry.keyStart, entry.keyEnd);
      out.ascii(":");
      reader.at = entry.valueStart;
      readValue(reader, entry.valueEnd, view);
      const rejection = this.#value(reader, view, out, nesting);
      if (rejection !== undefined) return rejection;
    }
    out.ascii("}");
    return undefined;
  }
}

/** Moves to the next field; bounds it in the reader and answers true when it is an element. */
function nextElement(reader: WireReader, end: number): boolean {
  const tag = reader.tag(end);
  if (tag === valuesTag) {
    reader.bytesField(end);
    return true;
  }
  reader.skip(tag, end);
  return false;
}

function readEntries(
  reader: WireReader,
  start: number,
  end: number,
  limit: number,
): KeyValue[] | undefined {
  const entries: KeyValue[] = [];
  reader.at = start;
  while (reader.at < end) {
    if (!nextElement(reader, end)) continue;
    if (entries.length === limit) return undefined;
    const next = reader.at;
    entries.push(readKeyValue(reader, reader.start, next));
    reader.at = next;
  }
  return entries;
}

function compareKeys(bytes: Uint8Array, a: KeyValue, b: KeyValue): number {
  return Buffer.compare(bytes.subarray(a.keyStart, a.keyEnd), bytes.subarray(b.keyStart, b.keyEnd));
}
