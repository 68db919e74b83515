import { isUtf8 } from "node:buffer";
import { CalibrantError } from "../kernel/errors.js";

const initialCapacity = 1024;
/** Above this a buffer gives its memory back when it is reset. */
const keptCapacity = 1024 ** 2;
/** Up to this length a loop copies faster than a call into native code. */
const loopLimit = 48;

const hexDigits = Buffer.from("0123456789abcdef", "latin1");

/**
 * Bytes that grow at their end: the body of one column. Strings are written as ClickHouse's Native
 * format has them, the length as a varint and then the bytes.
 */
export class ByteBuffer {
  bytes: Buffer = Buffer.allocUnsafeSlow(initialCapacity);
  length = 0;
  readonly #limit: number;
  #mark = 0;

  /** @param limit bytes; growing beyond it throws REQUEST_TOO_LARGE */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Remembers the present length for `rollback` and answers it. */
  mark(): number {
    this.#mark = this.length;
    return this.length;
  }

  rollback(): void {
    this.length = this.#mark;
  }

  reset(): void {
    this.length = 0;
    this.#mark = 0;
    if (this.bytes.length > keptCapacity) this.bytes = Buffer.allocUnsafeSlow(initialCapacity);
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.#grow(1);
    this.bytes[this.length++] = value;
  }

  /** @param value 0 to 2^53 */
  varint(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.byte((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  /** Eight bytes, least significant first, out of two unsigned or signed halves. */
  word64(low: number, high: number): void {
    if (this.length + 8 > this.bytes.length) this.#grow(8);
    const { bytes } = this;
    let at = this.length;
    bytes[at++] = low;
    bytes[at++] = low >>> 8;
    bytes[at++] = low >>> 16;
    bytes[at++] = low >>> 24;
    bytes[at++] = high;
    bytes[at++] = high >>> 8;
    bytes[at++] = high >>> 16;
    bytes[at++] = high >>> 24;
    this.length = at;
  }

  word32(value: number): void {
    for (let shift = 0; shift < 32; shift += 8) this.byte((value >>> shift) & 255);
  }

  /** @param value 0 to 2^64 - 1 */
  bigVarint(value: bigint): void {
    let rest = value;
    while (rest > 127n) {
      this.byte(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    this.byte(Number(rest));
  }

  double(value: number): void {
    this.zeros(8);
    this.bytes.writeDoubleLE(value, this.length - 8);
  }

  zeros(count: number): void {
    for (let index = 0; index < count; index++) this.byte(0);
  }

  /** Puts a varint into bytes that were left free, padded to fill all of them. */
  fillVarint(at: number, size: number, value: number): void {
    let rest = value;
    for (let index = 0; index < size - 1; index++) {
      this.bytes[at + index] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.bytes[at + size - 1] = rest;
  }

  /** @param value a whole number from 0 to 2^53 */
  count64(value: number): void {
    this.word64((value % 4_294_967_296) | 0, Math.floor(value / 4_294_967_296));
  }

  /** Copies bytes as they are. */
  raw(source: Uint8Array, start: number, end: number): void {
    const size = end - start;
    if (this.length + size > this.bytes.length) this.#grow(size);
    const { bytes } = this;
    if (size <= loopLimit) {
      let at = this.length;
      for (let from = start; from < end; from++) bytes[at++] = source[from] as number;
    } else {
      bytes.set(view(source, start, size), this.length);
    }
    this.length += size;
  }

  /** All bytes of another buffer. */
  append(other: ByteBuffer): void {
    this.raw(other.bytes, 0, other.length);
  }

  /** A text of ASCII characters, without its length. */
  ascii(text: string): void {
    const size = text.length;
    if (this.length + size > this.bytes.length) this.#grow(size);
    const { bytes } = this;
    let at = this.length;
    for (let index = 0; index < size; index++) bytes[at++] = text.charCodeAt(index);
    this.length = at;
  }

  /** A string value of ASCII characters. */
  asciiString(text: string): void {
    this.varint(text.length);
    this.ascii(text);
  }

  /** A string value. Sequences that are not UTF-8 become U+FFFD. */
  string(source: Uint8Array, start: number, end: number): void {
    const size = end - start;
    if (size > loopLimit) {
      const part = view(source, start, size);
      if (isUtf8(part)) {
        this.varint(size);
        if (this.length + size > this.bytes.length) this.#grow(size);
        this.bytes.set(part, this.length);
        this.length += size;
      } else {
        this.#repaired(part);
      }
      return;
    }
    if (this.length + size + 1 > this.bytes.length) this.#grow(size + 1);
    const { bytes } = this;
    let at = this.length;
    bytes[at++] = size;
    let seen = 0;
    for (let from = start; from < end; from++) {
      const byte = source[from] as number;
      seen |= byte;
      bytes[at++] = byte;
    }
    if (seen > 127) {
      const part = view(source, start, size);
      if (!isUtf8(part)) {
        this.#repaired(part);
        return;
      }
    }
    this.length = at;
  }

  /** A string value of lower-case hexadecimal digits. */
  hexString(source: Uint8Array, start: number, end: number): void {
    const size = (end - start) * 2;
    this.varint(size);
    if (this.length + size > this.bytes.length) this.#grow(size);
    const { bytes } = this;
    let at = this.length;
    for (let from = start; from < end; from++) {
      const byte = source[from] as number;
      bytes[at++] = hexDigits[byte >>> 4] as number;
      bytes[at++] = hexDigits[byte & 15] as number;
    }
    this.length = at;
  }

  #repaired(part: Uint8Array): void {
    const text = Buffer.from(Buffer.from(part.buffer, part.byteOffset, part.length).toString());
    this.varint(text.length);
    this.raw(text, 0, text.length);
  }

  #grow(extra: number): void {
    const needed = this.length + extra;
    if (needed > this.#limit) {
      throw new CalibrantError(
        "REQUEST_TOO_LARGE",
        `the request would take more than ${this.#limit} bytes as table rows (limits.decoded_size)`,
      );
    }
    const capacity = Math.min(Math.max(needed, this.bytes.length * 2), this.#limit);
    const larger = Buffer.allocUnsafeSlow(capacity);
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
}

/** A part of other bytes. What `Buffer` has for it takes three times as long. */
function view(source: Uint8Array, start: number, size: number): Uint8Array {
  return new Uint8Array(source.buffer, source.byteOffset + start, size);
}
