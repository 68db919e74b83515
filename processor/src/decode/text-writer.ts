import type { ByteBuffer } from "./byte-buffer.js";
import { writeJsonString } from "./json-string.js";
import type { KnownNames } from "./known-names.js";
import { base64 } from "./number-text.js";

/** Writes the texts of a request: into columns, or into the JSON of arrays and maps. */
export type TextWriter = PlainTextWriter;

/** Writes texts as they were sent. */
export class PlainTextWriter {
  /** A string value of the UTF-8 between `start` and `end`. */
  string(out: ByteBuffer, source: Uint8Array, start: number, end: number): void {
    out.string(source, start, end);
  }

  /** A string value of the decimal text of a number. */
  number(out: ByteBuffer, number: string): void {
    out.asciiString(number);
  }

  /** A string value of bytes in base64. */
  bytes(out: ByteBuffer, source: Uint8Array, start: number, end: number): void {
    out.asciiString(base64(source, start, end));
  }

  jsonString(out: ByteBuffer, source: Uint8Array, start: number, end: number): void {
    writeJsonString(out, source, start, end);
  }

  /** A number that JSON does not have becomes a string. */
  jsonNumber(out: ByteBuffer, number: string): void {
    out.ascii(/[NI]/.test(number) ? `"${number}"` : number);
  }

  jsonBytes(out: ByteBuffer, source: Uint8Array, start: number, end: number): void {
    out.ascii(`"${base64(source, start, end)}"`);
  }

  /** The name of an attribute. Answers false, having written nothing, when it is left out. */
  name(out: ByteBuffer, names: KnownNames, name: number): boolean {
    names.write(name, out);
    return true;
  }
}
