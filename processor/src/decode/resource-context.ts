import type { Attributes } from "./attributes.js";
import { ByteBuffer } from "./byte-buffer.js";
import { MapBody } from "./columns.js";
import type { DecodeConfig } from "./decode-config.js";
import type { Rejection } from "./rejection.js";
import type { TextWriter } from "./text-writer.js";
import type { ValueWriter } from "./value-writer.js";
import { bytesTag, type WireReader } from "./wire-reader.js";

const serviceNameKey = Buffer.from("service.name");

const resourceTags = { attributes: bytesTag(1) } as const;
const scopeTags = { name: bytesTag(1), version: bytesTag(2), attributes: bytesTag(3) } as const;

/** The resource of the items at hand, encoded once and copied into each of their rows. */
export class ResourceContext {
  readonly attributes: MapBody;
  readonly serviceName: ByteBuffer;
  readonly schemaUrl: ByteBuffer;
  /** Why no item of this resource can be accepted. */
  rejection: Rejection | undefined;
  readonly #collected: Attributes;
  readonly #values: ValueWriter;
  readonly #texts: TextWriter;

  constructor(limits: DecodeConfig, collected: Attributes, values: ValueWriter, texts: TextWriter) {
    this.attributes = new MapBody(limits.decoded_size);
    this.serviceName = new ByteBuffer(limits.decoded_size);
    this.schemaUrl = new ByteBuffer(limits.decoded_size);
    this.#collected = collected;
    this.#values = values;
    this.#texts = texts;
  }

  clear(): void {
    this.#collected.clear();
    this.attributes.reset();
    this.serviceName.reset();
    this.schemaUrl.reset();
    this.schemaUrl.byte(0);
    this.rejection = undefined;
  }

  setSchemaUrl(bytes: Uint8Array, start: number, end: number): void {
    this.schemaUrl.reset();
    this.#texts.string(this.schemaUrl, bytes, start, end);
  }

  /** Reads the `Resource`, or a part of it, between `start` and `end`. */
  read(reader: WireReader, start: number, end: number): void {
    const collected = this.#collected;
    reader.at = start;
    while (reader.at < end) {
      const tag = reader.tag(end);
      if (tag === resourceTags.attributes) {
        reader.bytesField(end);
        const next = reader.at;
        if (!collected.collect(reader)) this.rejection = "too_many_attributes";
        reader.at = next;
      } else reader.skip(tag, end);
    }
  }

  /** To be called when all of it was read. */
  finish(reader: WireReader): void {
    this.rejection ??= this.#collected.write(reader, this.attributes);
    const name = this.#collected.find(serviceNameKey);
    if (name === undefined) this.serviceName.byte(0);
    else this.rejection ??= this.#values.write(reader, name[0], name[1], this.serviceName);
  }
}

/** The instrumentation scope of the items at hand. */
export class ScopeContext {
  readonly name: ByteBuffer;
  readonly version: ByteBuffer;
  readonly schemaUrl: ByteBuffer;
  readonly attributes: MapBody;
  rejection: Rejection | undefined;
  readonly #collected: Attributes;
  readonly #texts: TextWriter;

  constructor(limits: DecodeConfig, collected: Attributes, texts: TextWriter) {
    this.name = new ByteBuffer(limits.decoded_size);
    this.version = new ByteBuffer(limits.decoded_size);
    this.schemaUrl = new ByteBuffer(limits.decoded_size);
    this.attributes = new MapBody(limits.decoded_size);
    this.#collected = collected;
    this.#texts = texts;
  }

  clear(): void {
    this.#collected.clear();
    this.attributes.reset();
    this.rejection = undefined;
    for (const text of [this.name, this.version, this.schemaUrl]) {
      text.reset();
      text.byte(0);
    }
  }

  setSchemaUrl(bytes: Uint8Array, start: number, end: number): void {
    this.schemaUrl.reset();
    this.#texts.string(this.schemaUrl, bytes, start, end);
  }

  /** Reads the `InstrumentationScope`, or a part of it, between `start` and `end`. */
  read(reader: WireReader, start: number, end: number): void {
    const collected = this.#collected;
    reader.at = start;
    while (reader.at < end) {
      const tag = reader.tag(end);
      switch (tag) {
        case scopeTags.name:
          this.#setText(this.name, reader, end);
          break;
        case scopeTags.version:
          this.#setText(this.version, reader, end);
          break;
        case scopeTags.attributes: {
          reader.bytesField(end);
          const next = reader.at;
          if (!collected.collect(reader)) this.rejection = "too_many_attributes";
          reader.at = next;
          break;
        }
        default:
          reader.skip(tag, end);
      }
    }
  }

  /** To be called when all of it was read. */
  finish(reader: WireReader): void {
    this.rejection ??= this.#collected.write(reader, this.attributes);
  }

  #setText(text: ByteBuffer, reader: WireReader, end: number): void {
    reader.bytesField(end);
    text.reset();
    this.#texts.string(text, reader.bytes, reader.start, reader.stop);
  }
}
