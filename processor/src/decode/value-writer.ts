import { readValue, valueKinds, ValueView } from "./any-value.js";
import { ByteBuffer } from "./byte-buffer.js";
import type { DecodeConfig } from "./decode-config.js";
import { JsonWriter } from "./json-text.js";
import { doubleText, int64Text } from "./number-text.js";
import type { Rejection } from "./rejection.js";
import type { TextWriter } from "./text-writer.js";
import type { WireReader } from "./wire-reader.js";

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
