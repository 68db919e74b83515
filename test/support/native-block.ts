/** A value of a Native column: integers are bigint, maps are lists of pairs in their order. */
export type NativeValue = string | bigint | NativeValue[] | [string, string][];
export type NativeRow = Record<string, NativeValue>;

/** Reads the types that the decoder writes out of ClickHouse Native blocks of revision 0. */
class NativeReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** All rows of all blocks. Fails unless the bytes end where the last block ends. */
  rows(): NativeRow[] {
    const rows: NativeRow[] = [];
    while (this.#at < this.#bytes.length) {
      const columns = this.#varint();
      const count = this.#varint();
      const block: NativeRow[] = Array.from({ length: count }, () => ({}));
      for (let column = 0; column < columns; column++) {
        const name = this.#string();
        const type = this.#string();
        for (const [index, value] of this.#column(type, count).entries()) {
          (block[index] as NativeRow)[name] = value;
        }
      }
      rows.push(...block);
    }
    return rows;
  }

  #column(type: string, count: number): NativeValue[] {
    const array = /^Array\((.*)\)$/.exec(type);
    if (array !== null) return this.#slices(count, (total) => this.#column(array[1] ?? "", total));
    if (type === "Map(String, String)") {
      return this.#slices(count, (total) => {
        const keys = this.#many(total, () => this.#string());
        const values = this.#many(total, () => this.#string());
        return keys.map((key, index): [string, string] => [key, values[index] ?? ""]);
      });
    }
    return this.#many(count, () => this.#scalar(type));
  }

  /** Cumulative ends, then the elements of all rows in one column. */
  #slices<Element>(count: number, elements: (total: number) => Element[]): Element[][] {
    const ends = this.#many(count, () => Number(this.#word()));
    const all = elements(ends.at(-1) ?? 0);
    return ends.map((end, index) => {
      const start = ends[index - 1] ?? 0;
      if (end < start) throw new Error(`offsets go back from ${start} to ${end}`);
      return all.slice(start, end);
    });
  }

  #many<Value>(count: number, read: () => Value): Value[] {
    return Array.from({ length: count }, read);
  }

  #scalar(type: string): NativeValue {
    switch (type) {
      case "String":
        return this.#string();
      case "UInt8":
        return BigInt(this.#take(1)[0] as number);
      case "UInt64":
        return this.#word();
      case "DateTime64(9)":
        return this.#take(8).readBigInt64LE();
      default:
        throw new Error(`type ${type} is not expected`);
    }
  }

  #word(): bigint {
    return this.#take(8).readBigUInt64LE();
  }

  #string(): string {
    const bytes = this.#take(this.#varint());
    const text = bytes.toString();
    if (!Buffer.from(text).equals(bytes)) throw new Error("a string is not UTF-8");
    return text;
  }

  #varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#take(1)[0] as number;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  #take(size: number): Buffer {
    if (this.#at + size > this.#bytes.length) throw new Error("the block ends too early");
    const part = this.#bytes.subarray(this.#at, this.#at + size);
    this.#at += size;
    return part;
  }
}

export function nativeRows(bytes: Uint8Array): NativeRow[] {
  return new NativeReader(bytes).rows();
}
