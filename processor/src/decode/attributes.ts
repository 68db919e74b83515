import type { MapBody } from "./columns.js";
import type { DecodeConfig } from "./decode-config.js";
import type { Rejection } from "./rejection.js";
import type { TextWriter } from "./text-writer.js";
import type { ValueWriter } from "./value-writer.js";
import { bytesTag, type WireReader } from "./wire-reader.js";

const keyTag = bytesTag(1);
const valueTag = bytesTag(2);
const lastRound = 2 ** 31 - 1;

/**
 * Collects the attributes of one thing (a span, a resource, ...) by where they are in the request,
 * then writes them as one row of a map. Of several attributes with one key the last is kept. The
 * tables in here are used again for the next thing, so collecting allocates nothing.
 */
export class Attributes {
  readonly #limit: number;
  readonly #values: ValueWriter;
  readonly #texts: TextWriter;
  readonly #seed: number;
  readonly #keyStart: Int32Array;
  readonly #keyEnd: Int32Array;
  readonly #valueStart: Int32Array;
  readonly #valueEnd: Int32Array;
  readonly #hash: Int32Array;
  readonly #superseded: Uint8Array;
  /** Open addressing: the index of an attribute, valid where the stamp is the present round. */
  readonly #slots: Int32Array;
  readonly #stamps: Int32Array;
  #round = 0;
  #count = 0;

  /** @param seed makes the keys that would collide in the table unknown to senders */
  constructor(limits: DecodeConfig, values: ValueWriter, texts: TextWriter, seed: number) {
    this.#limit = limits.attributes;
    this.#values = values;
    this.#texts = texts;
    this.#seed = seed;
    const size = limits.attributes;
    this.#keyStart = new Int32Array(size);
    this.#keyEnd = new Int32Array(size);
    this.#valueStart = new Int32Array(size);
    this.#valueEnd = new Int32Array(size);
    this.#hash = new Int32Array(size);
    this.#superseded = new Uint8Array(size);
    const slots = 2 ** Math.ceil(Math.log2(size * 2 + 2));
    this.#slots = new Int32Array(slots);
    this.#stamps = new Int32Array(slots);
  }

  clear(): void {
    this.#count = 0;
    if (this.#round === lastRound) {
      this.#stamps.fill(0);
      this.#round = 0;
    }
    this.#round++;
  }

  /**
   * Takes the `KeyValue` of which the reader has just read the length, and moves behind it.
   * @returns false when there are more than the limit
   */
  collect(reader: WireReader): boolean {
    const index = this.#count;
    const end = reader.stop;
    if (index >= this.#limit) return false;
    let keyStart = end;
    let keyEnd = end;
    let valueStart = end;
    let valueEnd = end;
    reader.at = reader.start;
    while (reader.at < end) {
      const tag = reader.tag(end);
      if (tag === keyTag) {
        reader.bytesField(end);
        keyStart = reader.start;
        keyEnd = reader.stop;
      } else if (tag === valueTag) {
        reader.bytesField(end);
        valueStart = reader.start;
        valueEnd = reader.stop;
      } else {
        if (tag >>> 3 <= 2) reader.mistyped(tag);
        reader.skip(tag, end);
      }
    }
    this.#keyStart[index] = keyStart;
    this.#keyEnd[index] = keyEnd;
    this.#valueStart[index] = valueStart;
    this.#valueEnd[index] = valueEnd;
    this.#superseded[index] = 0;
    this.#count = index + 1;
    this.#enter(reader.bytes, index);
    return true;
  }

  /** Writes the row. Answers why it cannot be written; the row is then incomplete. */
  write(reader: WireReader, into: MapBody): Rejection | undefined {
    const { bytes } = reader;
    const texts = this.#texts;
    let entries = 0;
    for (let index = 0; index < this.#count; index++) {
      if (this.#superseded[index] === 1) continue;
      const keyStart = this.#keyStart[index] as number;
      const keyEnd = this.#keyEnd[index] as number;
      if (texts.drops(bytes, keyStart, keyEnd)) continue;
      texts.string(into.keys, bytes, keyStart, keyEnd);
      const rejection = this.#values.write(
        reader,
        this.#valueStart[index] as number,
        this.#valueEnd[index] as number,
        into.values,
      );
      if (rejection !== undefined) return rejection;
      entries++;
    }
    into.close(entries);
    return undefined;
  }

  /** Where the value of a key is, or undefined: `service.name` of a resource. */
  find(bytes: Uint8Array, key: Uint8Array): readonly [start: number, end: number] | undefined {
    for (let index = this.#count - 1; index >= 0; index--) {
      const start = this.#keyStart[index] as number;
      const end = this.#keyEnd[index] as number;
      if (end - start === key.length && Buffer.compare(bytes.subarray(start, end), key) === 0) {
        return [this.#valueStart[index] as number, this.#valueEnd[index] as number];
      }
    }
    return undefined;
  }

  /** Enters a key into the table; marks an earlier attribute with the same key. */
  #enter(bytes: Uint8Array, index: number): void {
    const start = this.#keyStart[index] as number;
    const end = this.#keyEnd[index] as number;
    let hash = this.#seed;
    for (let at = start; at < end; at++) {
      hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
    }
    hash ^= hash >>> 15;
    this.#hash[index] = hash;
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#stamps[slot] === this.#round) {
      const other = this.#slots[slot] as number;
      if (this.#hash[other] === hash && this.#sameKey(bytes, other, start, end)) {
        this.#superseded[other] = 1;
        this.#slots[slot] = index;
        return;
      }
      slot = (slot + 1) & mask;
    }
    this.#stamps[slot] = this.#round;
    this.#slots[slot] = index;
  }

  #sameKey(bytes: Uint8Array, other: number, start: number, end: number): boolean {
    const from = this.#keyStart[other] as number;
    if ((this.#keyEnd[other] as number) - from !== end - start) return false;
    for (let offset = 0; offset < end - start; offset++) {
      if (bytes[from + offset] !== bytes[start + offset]) return false;
    }
    return true;
  }
}
