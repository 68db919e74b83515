/**
 * Blocks of ClickHouse's Native format (revision 0) as the decoder writes them: cut between rows,
 * so that one row that the store refuses can be found, and read, so that a person can judge it.
 * https://clickhouse.com/docs/interfaces/formats/Native
 */
export interface NativeBlock {
  readonly rows: number;
  readonly columns: readonly NativeColumn[];
}

interface NativeColumn {
  readonly name: string;
  readonly type: string;
  readonly body: Body;
}

type Body =
  | { readonly kind: "strings"; readonly bytes: Buffer; readonly starts: readonly number[] }
  | {
      readonly kind: "numbers";
      readonly bytes: Buffer;
      readonly width: 1 | 8;
      readonly time: boolean;
    }
  | {
      readonly kind: "arrays" | "maps";
      /** Where the elements of each row end. */
      readonly ends: readonly number[];
      /** The elements of all rows; of maps their keys and their values. */
      readonly elements: readonly Body[];
    };

/** @throws RangeError for bytes that are not whole blocks of known types */
export function readNativeBlocks(bytes: Uint8Array): NativeBlock[] {
  return new Reader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)).blocks();
}

/** The rows `from` to `to` (exclusive) as a block of their own. */
export function sliceNativeBlock(block: NativeBlock, from: number, to: number): Buffer {
  const pieces = [varint(block.columns.length), varint(to - from)];
  for (const { name, type, body } of block.columns) {
    pieces.push(text(name), text(type), ...slice(body, from, to));
  }
  return Buffer.concat(pieces);
}

/** The rows as JSON shows them: 64-bit numbers as text, times in UTC with nanoseconds. */
export function nativeRows(block: NativeBlock): Record<string, unknown>[] {
  return Array.from({ length: block.rows }, (_, row) =>
    Object.fromEntries(block.columns.map(({ name, body }) => [name, valueAt(body, row)])),
  );
}

function slice(body: Body, from: number, to: number): Buffer[] {
  if (body.kind === "strings") {
    return [body.bytes.subarray(body.starts[from], body.starts[to])];
  }
  if (body.kind === "numbers") {
    return [body.bytes.subarray(from * body.width, to * body.width)];
  }
  const first = startOf(body.ends, from);
  const last = startOf(body.ends, to);
  const offsets = Buffer.alloc(8 * (to - from));
  for (const [index, end] of body.ends.slice(from, to).entries()) {
    offsets.writeBigUInt64LE(BigInt(end - first), 8 * index);
  }
  return [offsets, ...body.elements.flatMap((elements) => slice(elements, first, last))];
}

function valueAt(body: Body, row: number): unknown {
  if (body.kind === "strings") {
    const whole = body.bytes.subarray(body.starts[row], body.starts[row + 1]);
    return whole.toString("utf8", lengthOfVarint(whole));
  }
  if (body.kind === "numbers") {
    if (body.width === 1) return body.bytes[row];
    return body.time
      ? timeText(body.bytes.readBigInt64LE(8 * row))
      : String(body.bytes.readBigUInt64LE(8 * row));
  }
  const from = startOf(body.ends, row);
  const count = startOf(body.ends, row + 1) - from;
  const places = Array.from({ length: count }, (_, index) => from + index);
  const [first, second = first] = body.elements as [Body, Body?];
  return body.kind === "arrays"
    ? places.map((place) => valueAt(first, place))
    : Object.fromEntries(places.map((place) => [valueAt(first, place), valueAt(second, place)]));
}

function startOf(ends: readonly number[], row: number): number {
  return row === 0 ? 0 : (ends[row - 1] ?? 0);
}

function timeText(nanoseconds: bigint): string {
  const fraction = ((nanoseconds % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const seconds = (nanoseconds - fraction) / 1_000_000_000n;
  const moment = new Date(Number(seconds) * 1_000).toISOString().slice(0, -5);
  return `${moment}.${String(fraction).padStart(9, "0")}Z`;
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  blocks(): NativeBlock[] {
    const blocks: NativeBlock[] = [];
    while (this.#at < this.#bytes.length) {
      const width = this.#varint();
      const rows = this.#varint();
      // Every row has a byte in every column; without this, bytes that are none ask for any memory.
      if (width === 0 || rows > this.#bytes.length) {
        throw new RangeError("a Native block has more rows than bytes");
      }
      const columns: NativeColumn[] = [];
      for (let index = 0; index < width; index++) {
        const name = this.#text();
        const type = this.#text();
        columns.push({ name, type, body: this.#body(type, rows) });
      }
      blocks.push({ rows, columns });
    }
    return blocks;
  }

  #body(type: string, count: number): Body {
    const element = /^Array\((.*)\)$/.exec(type)?.[1];
    if (element !== undefined) {
      const ends = this.#ends(count);
      return { kind: "arrays", ends, elements: [this.#body(element, ends.at(-1) ?? 0)] };
    }
    switch (type) {
      case "String":
        return this.#strings(count);
      case "UInt8":
        return { kind: "numbers", width: 1, time: false, bytes: this.#take(count) };
      case "UInt64":
        return { kind: "numbers", width: 8, time: false, bytes: this.#take(8 * count) };
      case "DateTime64(9)":
        return { kind: "numbers", width: 8, time: true, bytes: this.#take(8 * count) };
      case "Map(String, String)": {
        const ends = this.#ends(count);
        const total = ends.at(-1) ?? 0;
        return { kind: "maps", ends, elements: [this.#strings(total), this.#strings(total)] };
      }
      default:
        throw new RangeError(`a Native block has the unknown type ${type}`);
    }
  }

  #strings(count: number): Body {
    const start = this.#at;
    const starts = [0];
    for (let index = 0; index < count; index++) {
      this.#take(this.#varint());
      starts.push(this.#at - start);
    }
    return { kind: "strings", bytes: this.#bytes.subarray(start, this.#at), starts };
  }

  #ends(count: number): number[] {
    const bytes = this.#take(8 * count);
    const ends: number[] = [];
    for (let index = 0; index < count; index++) {
      const end = Number(bytes.readBigUInt64LE(8 * index));
      if (end < (ends.at(-1) ?? 0)) throw new RangeError("the offsets of a Native block go back");
      ends.push(end);
    }
    return ends;
  }

  #text(): string {
    return this.#take(this.#varint()).toString();
  }

  #varint(): number {
    let value = 0;
    for (let factor = 1; factor <= 2 ** 49; factor *= 128) {
      const [byte = 0] = this.#take(1);
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    throw new RangeError("a Native block has a length that is too long");
  }

  #take(size: number): Buffer {
    const end = this.#at + size;
    if (end > this.#bytes.length) throw new RangeError("a Native block ends too early");
    const piece = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return piece;
  }
}

function lengthOfVarint(bytes: Buffer): number {
  return bytes.findIndex((byte) => byte < 128) + 1;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push(rest < 128 ? rest : (rest % 128) + 128);
    if (rest < 128) return Buffer.from(bytes);
  }
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([varint(bytes.length), bytes]);
}
