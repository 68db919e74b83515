import { isUtf8 } from "node:buffer";
import type { Redactor } from "../model/ports.js";
import type { ByteBuffer } from "./byte-buffer.js";
import type { KnownNames } from "./known-names.js";
import { PlainTextWriter } from "./text-writer.js";

/** Writes texts without what the redactor takes out of them. */
export class RedactingTextWriter extends PlainTextWriter {
  readonly #redactor: Redactor;

  constructor(redactor: Redactor) {
    super();
    this.#redactor = redactor;
  }

  override string(out: ByteBuffer, source: Uint8Array, start: number, end: number): void {
    const text = this.#redactor.bytes(source, start, end);
    if (text === undefined) super.string(out, source, start, end);
    else super.string(out, text, 0, text.length);
  }

  /** What is left of a number is a text. */
  override number(out: ByteBuffer, number: string): void {
    const text = this.#redactor.text(number);
    if (text === number) super.number(out, number);
    else super.string(out, Buffer.from(text), 0, Buffer.byteLength(text));
  }

  override bytes(out: ByteBuffer, source: Uint8Array, start: number, end: number): void {
    const text = this.#withinBytes(source, start, end);
    if (text === undefined) super.bytes(out, source, start, end);
    else super.bytes(out, text, 0, text.length);
  }

  override jsonString(out: ByteBuffer, source: Uint8Array, start: number, end: number): void {
    const text = this.#redactor.bytes(source, start, end);
    if (text === undefined) super.jsonString(out, source, start, end);
    else super.jsonString(out, text, 0, text.length);
  }

  override jsonNumber(out: ByteBuffer, number: string): void {
    const text = this.#redactor.text(number);
    if (text === number) super.jsonNumber(out, number);
    else super.jsonString(out, Buffer.from(text), 0, Buffer.byteLength(text));
  }

  override jsonBytes(out: ByteBuffer, source: Uint8Array, start: number, end: number): void {
    const text = this.#withinBytes(source, start, end);
    if (text === undefined) super.jsonBytes(out, source, start, end);
    else super.jsonBytes(out, text, 0, text.length);
  }

  override name(out: ByteBuffer, names: KnownNames, name: number): boolean {
    const { bytes } = names.sent;
    const [start, end] = [names.start(name), names.end(name)];
    if (this.#redactor.drops(bytes, start, end)) return false;
    this.string(out, bytes, start, end);
    return true;
  }

  /** The text that was sent as bytes is looked at, not its base64; other bytes are no text. */
  #withinBytes(source: Uint8Array, start: number, end: number): Uint8Array | undefined {
    if (!isUtf8(source.subarray(start, end))) return undefined;
    return this.#redactor.bytes(source, start, end);
  }
}
