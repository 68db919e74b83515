import type { MapBody } from "./columns.js";
import type { DecodeConfig } from "./decode-config.js";
import { keyTag, readKeyValue, valueTag } from "./key-value.js";
import { KnownNames } from "./known-names.js";
import type { Rejection } from "./rejection.js";
import type { TextWriter } from "./text-writer.js";
import type { ValueWriter } from "./value-writer.js";
import type { WireReader } from "./wire-reader.js";

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
  readonly #known: KnownNames;
  readonly #names: Int32Array;
  readonly #valueStart: Int32Array;
  readonly #valueEnd: Int32Array;
  readonly #superseded: Uint8Array;
  /** By name: the index of the attribute that has it, valid where the stamp is the present round. */
  readonly #holders: Int32Array;
  readonly #stamps: Int32Array;
  #round = 0;
  #count = 0;

  /** @param seed makes the keys that would collide in the table unknown to senders */
  constructor(limits: DecodeConfig, values: ValueWriter, texts: TextWriter, seed: number) {
    const size = limits.attributes;
    this.#limit = size;
    this.#values = values;
    this.#texts = texts;
    this.#known = new KnownNames(size, limits.decoded_size, seed);
    this.#names = new Int32Array(size);
    this.#valueStart = new Int32Array(size);
    this.#valueEnd = new Int32Array(size);
    this.#superseded = new Uint8Array(size);
    this.#holders = new Int32Array(this.#known.capacity + 1);
    this.#stamps = new Int32Array(this.#known.capacity + 1);
  }

  clear(): void {
    this.#count = 0;
    this.#known.begin();
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
    if (this.#count >= this.#limit) return false;
    const { bytes, start, stop } = reader;
    // What every encoder writes: the key, shorter than 128 bytes, and the value up to the end.
    if (stop - start > 4 && bytes[start] === keyTag) {
      const keyStart = start + 2;
      const keySize = bytes[start + 1] as number;
      const keyEnd = keyStart + keySize;
      if (keySize < 128 && keyEnd + 2 <= stop && bytes[keyEnd] === valueTag) {
        const low = bytes[keyEnd + 1] as number;
        const high = bytes[keyEnd + 2] as number;
        const isShort = low < 128;
        const valueStart = keyEnd + (isShort ? 2 : 3);
        const size = isShort ? low : (low & 127) | (high << 7);
        if ((isShort || high < 128) && valueStart + size === stop) {
          this.#add(bytes, keyStart, keyEnd, valueStart, stop);
          reader.at = stop;
          return true;
        }
      }
    }
    const { keyStart, keyEnd, valueStart, valueEnd } = readKeyValue(reader, start, stop);
    this.#add(bytes, keyStart, keyEnd, valueStart, valueEnd);
    return true;
  }

  /** Enters an attribute; marks an earlier one with the same key. */
  #add(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
  ): void {
    const index = this.#count++;
    const name = this.#known.find(bytes, keyStart, keyEnd);
    this.#names[index] = name;
    this.#valueStart[index] = valueStart;
    this.#valueEnd[index] = valueEnd;
    this.#superseded[index] = 0;
    if (this.#stamps[name] === this.#round) this.#superseded[this.#holders[name] as number] = 1;
    this.#stamps[name] = this.#round;
    this.#holders[name] = index;
  }

  /** Writes the row. Answers why it cannot be written; the row is then incomplete. */
  write(reader: WireReader, into: MapBody): Rejection | undefined {
    const known = this.#known;
    const texts = this.#texts;
    const values = this.#values;
    let entries = 0;
    for (let index = 0; index < this.#count; index++) {
      if (this.#superseded[index] === 1) continue;
      if (!texts.name(into.keys, known, this.#names[index] as number)) continue;
      const rejection = values.write(
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
  find(key: Uint8Array): readonly [start: number, end: number] | undefined {
    const known = this.#known;
    for (let index = this.#count - 1; index >= 0; index--) {
      const name = this.#names[index] as number;
      const sent = known.sent.bytes.subarray(known.start(name), known.end(name));
      if (Buffer.compare(sent, key) === 0) {
        return [this.#valueStart[index] as number, this.#valueEnd[index] as number];
      }
    }
    return undefined;
  }
}
