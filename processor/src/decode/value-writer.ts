import { readValue, valueKinds, ValueView } from "./any-value.js";
import { ByteBuffer } from "./byte-buffer.js";
import type { DecodeConfig } from "./decode-config.js";
import { JsonWriter } from "./json-text.js";
import { doubleText, int64Text } from "./number-text.js";
import type { Rejection } from "./rejection.js";
import type { TextWriter } from "./text-writer.js";
import { bytesTag, type WireReader } from "./wire-reader.js";

const stringTag = bytesTag(valueKinds.string);

/** Writes values as the string that the raw tables keep. */
export class ValueWriter {
  readonly #view = new ValueView();
  readonly #texts: TextWriter;
  readonly #json: ByteBuffer;
  readonly #jsonWriter: JsonWriter;

  constructor(limits: DecodeConfig, texts: TextWriter) {
    this.#texts = texts;
    this.#json = new ByteBuffer(limits.decoded_size);
    this.#jsonWriter = new JsonWriter(limits, texts);
  }

  /**
   * Writes one string to `out` for the `AnyValue` between `start` and `end`: texts as they are,
   * numbers in decimal, bytes as base64, arrays and maps as JSON, the empty value as an empty
   * string. Answers why it cannot be written, having written nothing then.
   */
  write(reader: WireReader, start: number, end: number, out: ByteBuffer): Rejection | undefined {
    const text = textStart(reader.bytes, start, end);
    if (text !== 0) {
      this.#texts.string(out, reader.bytes, text, end);
      return undefined;
    }
    const view = this.#view;
    reader.at = start;
    readValue(reader, end, view);
    switch (view.kind) {
      case valueKinds.string:
        this.#texts.string(out, reader.bytes, view.start, view.stop);
        return undefined;
      case valueKinds.int:
        this.#texts.number(out, int64Text(view.low, view.high));
        return undefined;
      case valueKinds.double:
        this.#texts.number(out, doubleText(view.low, view.high));
        return undefined;
      case valueKinds.bool:
        out.asciiString((view.low | view.high) === 0 ? "false" : "true");
        return undefined;
      case valueKinds.bytes:
        this.#texts.bytes(out, reader.bytes, view.start, view.stop);
        return undefined;
      case valueKinds.array:
      case valueKinds.map: {
        const json = this.#json;
        json.reset();
        const rejection = this.#jsonWriter.write(reader, view, json);
        if (rejection !== undefined) return rejection;
        out.varint(json.length);
        out.raw(json.bytes, 0, json.length);
        return undefined;
      }
      default:
        out.byte(0);
        return undefined;
    }
  }
}

/**
 * Where the text starts that goes on to `end` when the value is just one text, as nearly all are;
 * otherwise 0.
 */
function textStart(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 2 || bytes[start] !== stringTag) return 0;
  const first = bytes[start + 1] as number;
  if (first < 128) return start + 2 + first === end ? start + 2 : 0;
  const second = bytes[start + 2] as number;
  if (second >= 128) return 0;
  return start + 3 + ((first & 127) | (second << 7)) === end ? start + 3 : 0;
}
