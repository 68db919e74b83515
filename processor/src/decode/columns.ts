import { ByteBuffer } from "./byte-buffer.js";

/** One column of a Native block: its name and type in the header, and the bytes of its body in order. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly parts: readonly ByteBuffer[];
}

/** The body of a `Map(String, String)`: where each row's entries end, all keys, all values. */
export class MapBody {
  readonly ends: ByteBuffer;
  readonly keys: ByteBuffer;
  readonly values: ByteBuffer;
  /** Entries in the rows that are closed. */
  total = 0;
  #mark = 0;

  constructor(limit: number) {
    this.ends = new ByteBuffer(limit);
    this.keys = new ByteBuffer(limit);
    this.values = new ByteBuffer(limit);
  }

  get parts(): readonly ByteBuffer[] {
    return [this.ends, this.keys, this.values];
  }

  get rows(): number {
    return this.ends.length / 8;
  }

  /** Ends a row to which `entries` keys and values have been written. */
  close(entries: number): void {
    this.total += entries;
    this.ends.count64(this.total);
  }

  /** A row that was encoded elsewhere. */
  copy(row: MapBody): void {
    this.keys.raw(row.keys.bytes, 0, row.keys.length);
    this.values.raw(row.values.bytes, 0, row.values.length);
    this.close(row.total);
  }

  mark(): void {
    this.#mark = this.total;
  }

  rollback(): void {
    this.total = this.#mark;
  }

  reset(): void {
    this.ends.reset();
    this.keys.reset();
    this.values.reset();
    this.total = 0;
    this.#mark = 0;
  }
}

/** Columns that grow by a row at a time. */
export abstract class TableColumns {
  rows = 0;
  readonly #limit: number;
  readonly #buffers: ByteBuffer[] = [];
  readonly #maps: MapBody[] = [];
  readonly #columns: Column[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  protected plain(name: string, type: string): ByteBuffer {
    const body = new ByteBuffer(this.#limit);
    this.#add(name, type, [body]);
    return body;
  }

  protected map(name: string): MapBody {
    const body = this.#mapBody();
    this.#add(name, "Map(String, String)", body.parts);
    return body;
  }

  /** A column of arrays. Columns of one nested table share `ends`, where each row's elements end. */
  protected array(name: string, type: string, ends: ByteBuffer): ByteBuffer {
    const body = this.buffer();
    this.#add(name, `Array(${type})`, [ends, body]);
    return body;
  }

  protected mapArray(name: string, ends: ByteBuffer): MapBody {
    const body = this.#mapBody();
    this.#add(name, "Array(Map(String, String))", [ends, ...body.parts]);
    return body;
  }

  protected buffer(): ByteBuffer {
    return new ByteBuffer(this.#limit);
  }

  #mapBody(): MapBody {
    const body = new MapBody(this.#limit);
    this.#maps.push(body);
    return body;
  }

  #add(name: string, type: string, parts: readonly ByteBuffer[]): void {
    this.#columns.push({ name, type, parts });
    for (const part of parts) if (!this.#buffers.includes(part)) this.#buffers.push(part);
  }

  /** Starts a row. Answers how many bytes the columns hold. */
  mark(): number {
    let size = 0;
    for (const buffer of this.#buffers) size += buffer.mark();
    for (const map of this.#maps) map.mark();
    return size;
  }

  /** Takes back what was written since `mark`. */
  rollback(): void {
    for (const buffer of this.#buffers) buffer.rollback();
    for (const map of this.#maps) map.rollback();
  }

  reset(): void {
    this.rows = 0;
    for (const buffer of this.#buffers) buffer.reset();
    for (const map of this.#maps) map.reset();
  }

  /**
   * The rows as one block of ClickHouse's Native format (revision 0), at the start of memory that
   * `take` gives for its size.
   */
  block(take: (size: number) => Uint8Array): Uint8Array {
    const header = new ByteBuffer(64 * 1024);
    header.varint(this.#columns.length);
    header.varint(this.rows);
    const headerEnds: number[] = [];
    let size = 0;
    for (const { name, type, parts } of this.#columns) {
      header.asciiString(name);
      header.asciiString(type);
      headerEnds.push(header.length);
      for (const part of parts) size += part.length;
    }
    size += header.length;
    const block = take(size);
    let [at, from] = [0, 0];
    const copy = (source: Uint8Array, start: number, end: number): void => {
      block.set(new Uint8Array(source.buffer, source.byteOffset + start, end - start), at);
      at += end - start;
    };
    for (const [index, { parts }] of this.#columns.entries()) {
      const end = headerEnds[index] as number;
      copy(header.bytes, from, end);
      from = end;
      for (const part of parts) copy(part.bytes, 0, part.length);
    }
    return block.subarray(0, size);
  }
}
