import { CalibrantError } from "../kernel/errors.js";
import { ByteBuffer } from "./byte-buffer.js";
import { JsonFault, JsonScanner, characters } from "./json-scanner.js";
import { parseDouble, parseInteger } from "./json-number.js";
import type { Field, Message } from "./otlp-schema.js";
import { bytesTag, fixed32Tag, fixed64Tag, varintTag } from "./wire-reader.js";

/** A length is written before it is known, as a varint that is padded to this many bytes. */
const lengthSize = 5;
/** Levels of JSON; a level of an OTLP value takes up to four of them. */
const deepest = 512;

/**
 * Rewrites OTLP/JSON as protobuf wire bytes, so that both encodings go through the same decoder.
 * OTLP's rules: names in lowerCamelCase, identifiers in hexadecimal of either case, enums as
 * numbers, 64-bit integers as numbers or strings, `null` as if the field were absent, unknown
 * fields ignored.
 */
export class JsonToWire {
  readonly #scanner: JsonScanner;
  readonly #out: ByteBuffer;
  readonly #path: (string | number)[] = [];

  /** @param limit bytes that the result may have at most */
  constructor(body: Buffer, limit: number) {
    this.#scanner = new JsonScanner(body);
    this.#out = new ByteBuffer(limit);
  }

  /** @throws CalibrantError REQUEST_MALFORMED with the JSON path and the offset of the fault */
  convert(root: Message): Buffer {
    try {
      if (this.#scanner.peek() !== characters.objectStart) {
        throw this.#scanner.fault("expected an object");
      }
      this.#message(root);
      this.#scanner.end();
    } catch (error) {
      if (!(error instanceof JsonFault)) throw error;
      const path = this.#path.map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`));
      throw new CalibrantError(
        "REQUEST_MALFORMED",
        `the JSON body is malformed at $${path.join("")} (byte ${error.offset}): ${error.message}`,
        { cause: error },
      );
    }
    return this.#out.bytes.subarray(0, this.#out.length);
  }

  #message(message: Message): void {
    const scanner = this.#scanner;
    const path = this.#path;
    if (path.length > deepest) throw scanner.fault("values are nested too deeply");
    scanner.eachMember((name) => {
      path.push(name);
      const field = message.byName.get(name);
      if (field === undefined) scanner.skip();
      else if (!scanner.takeNull()) {
        if (field.repeated) this.#elements(field);
        else this.#field(field);
      }
      path.pop();
    });
  }

  #elements(field: Field): void {
    if (this.#scanner.peek() !== characters.arrayStart)
      throw this.#scanner.fault("expected an array");
    this.#scanner.eachElement((index) => {
      this.#path.push(index);
      // An empty element has to keep its place in an array value.
      if (this.#scanner.takeNull()) {
        this.#out.varint(bytesTag(field.number));
        this.#out.byte(0);
      } else this.#field(field);
      this.#path.pop();
    });
  }

  #field(field: Field): void {
    const out = this.#out;
    switch (field.kind) {
      case "message":
        this.#nested(field);
        return;
      case "string":
        this.#string(field);
        return;
      case "identifier":
        this.#bytes(field, this.#identifier());
        return;
      case "bytes":
        this.#bytes(field, this.#base64());
        return;
      case "bool":
        out.varint(varintTag(field.number));
        out.byte(this.#scanner.boolean() ? 1 : 0);
        return;
      case "enum":
      case "uint32":
        out.varint(varintTag(field.number));
        out.varint(Number(this.#integer(0n, 2n ** 32n - 1n)));
        return;
      case "int64":
        out.varint(varintTag(field.number));
        out.bigVarint(BigInt.asUintN(64, this.#integer(-(2n ** 63n), 2n ** 63n - 1n)));
        return;
      case "double":
        out.varint(fixed64Tag(field.number));
        out.double(this.#double());
        return;
      case "fixed32":
        out.varint(fixed32Tag(field.number));
        out.word32(Number(this.#integer(0n, 2n ** 32n - 1n)));
        return;
      case "fixed64": {
        out.varint(fixed64Tag(field.number));
        const value = this.#integer(0n, 2n ** 64n - 1n);
        out.word64(Number(value & 0xffff_ffffn), Number(value >> 32n));
      }
    }
  }

  #nested(field: Field): void {
    const out = this.#out;
    if (this.#scanner.peek() !== characters.objectStart) {
      throw this.#scanner.fault("expected an object");
    }
    out.varint(bytesTag(field.number));
    const hole = out.length;
    out.zeros(lengthSize);
    this.#message(field.message());
    out.fillVarint(hole, lengthSize, out.length - hole - lengthSize);
  }

  #string(field: Field): void {
    const scanner = this.#scanner;
    this.#quoted();
    if (scanner.escaped) {
      this.#bytes(field, Buffer.from(scanner.text()));
      return;
    }
    this.#out.varint(bytesTag(field.number));
    this.#out.varint(scanner.stop - scanner.start);
    this.#out.raw(scanner.bytes, scanner.start, scanner.stop);
  }

  #bytes(field: Field, bytes: Uint8Array): void {
    this.#out.varint(bytesTag(field.number));
    this.#out.varint(bytes.length);
    this.#out.raw(bytes, 0, bytes.length);
  }

  /** One byte, which is never the right length, stands for what is not hexadecimal: its item is rejected. */
  #identifier(): Uint8Array {
    this.#quoted();
    const text = this.#scanner.text();
    return /^(?:[0-9a-fA-F]{2})*$/.test(text) ? Buffer.from(text, "hex") : new Uint8Array(1);
  }

  #base64(): Uint8Array {
    this.#quoted();
    const text = this.#scanner.text();
    if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(text)) throw this.#scanner.fault("expected base64");
    return Buffer.from(text, "base64");
  }

  #quoted(): void {
    if (this.#scanner.peek() !== characters.quote) throw this.#scanner.fault("expected a string");
    this.#scanner.string();
  }

  /** The text of a number that may stand in quotes. */
  #numberText(): string {
    if (this.#scanner.peek() !== characters.quote) return this.#scanner.number();
    this.#scanner.string();
    return this.#scanner.text();
  }

  #integer(least: bigint, most: bigint): bigint {
    const value = parseInteger(this.#numberText());
    if (value === undefined) throw this.#scanner.fault("expected a whole number");
    if (value < least || value > most) {
      throw this.#scanner.fault(`expected a number from ${least} to ${most}`);
    }
    return value;
  }

  #double(): number {
    const value = parseDouble(this.#numberText());
    if (value === undefined) throw this.#scanner.fault("expected a number");
    return value;
  }
}
