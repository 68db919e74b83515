/** Bytes that are not the protobuf message that they should be. Becomes REQUEST_MALFORMED at the door. */
export class WireFault extends Error {
  /** Where in the body, in bytes. */
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.name = "WireFault";
    this.offset = offset;
  }
}

export const wireTypes = { varint: 0, fixed64: 1, bytes: 2, groupStart: 3, fixed32: 5 } as const;

/** The tag of a field whose content has a length: texts, bytes and messages. */
export function bytesTag(field: number): number {
  return (field << 3) | wireTypes.bytes;
}

export function varintTag(field: number): number {
  return (field << 3) | wireTypes.varint;
}

export function fixed64Tag(field: number): number {
  return (field << 3) | wireTypes.fixed64;
}

export function fixed32Tag(field: number): number {
  return (field << 3) | wireTypes.fixed32;
}

const groupEnd = 4;
const deepestGroup = 32;

/**
 * A place in the bytes of a protobuf message. The caller knows where the message at hand ends and
 * passes that bound; nothing is read beyond it. After `bytesField`, `start` and `stop` bound the
 * content; after `varint64` and `fixed64`, `low` and `high` are the unsigned halves.
 */
export class WireReader {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  low = 0;
  high = 0;
  start = 0;
  stop = 0;

  open(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.at = 0;
  }

  /** The next field's tag: its number times eight, plus its wire type. */
  tag(end: number): number {
    const begin = this.at;
    const tag = this.varint32(end);
    if (tag < 8) throw new WireFault(begin, "a field has the number 0");
    return tag;
  }

  /** A varint that has to fit 32 bits. */
  varint32(end: number): number {
    const begin = this.at;
    if (begin >= end) throw new WireFault(end - 1, "ends within a number");
    const first = this.bytes[begin] as number;
    if (first < 128) {
      this.at = begin + 1;
      return first;
    }
    this.varint64(end);
    if (this.high !== 0) throw new WireFault(begin, "a number is larger than 32 bits");
    return this.low;
  }

  /** Reads up to ten bytes into `low` and `high`. */
  varint64(end: number): void {
    const { bytes } = this;
    const begin = this.at;
    let low = 0;
    let high = 0;
    for (let index = 0; index < 10; index++) {
      const at = begin + index;
      if (at >= end) throw new WireFault(end - 1, "ends within a number");
      const byte = bytes[at] as number;
      const part = byte & 127;
      if (index < 4) low |= part << (7 * index);
      else if (index === 4) {
        low |= part << 28;
        high = part >>> 4;
      } else high |= part << (7 * index - 32);
      if (byte < 128) {
        this.at = at + 1;
        this.low = low >>> 0;
        this.high = high >>> 0;
        return;
      }
    }
    throw new WireFault(begin, "a number is longer than ten bytes");
  }

  fixed64(end: number): void {
    const { at, bytes } = this;
    if (at + 8 > end) throw new WireFault(end - 1, "ends within a 64-bit number");
    this.low = word32(bytes, at);
    this.high = word32(bytes, at + 4);
    this.at = at + 8;
  }

  fixed32(end: number): number {
    const { at } = this;
    if (at + 4 > end) throw new WireFault(end - 1, "ends within a 32-bit number");
    this.at = at + 4;
    return word32(this.bytes, at);
  }

  /** Bounds the content of a field with a length, and moves behind it. */
  bytesField(end: number): void {
    const begin = this.at;
    const size = this.varint32(end);
    const start = this.at;
    if (size > end - start) {
      throw new WireFault(begin, `a length of ${size} is beyond the end of the message`);
    }
    this.start = start;
    this.stop = start + size;
    this.at = this.stop;
  }

  /** Moves behind a field that is not known: by its number, or with that wire type. */
  skip(tag: number, end: number): void {
    this.#skip(tag, end, 0);
  }

  #skip(tag: number, end: number, depth: number): void {
    switch (tag & 7) {
      case wireTypes.varint:
        this.varint64(end);
        return;
      case wireTypes.fixed64:
        this.fixed64(end);
        return;
      case wireTypes.bytes:
        this.bytesField(end);
        return;
      case wireTypes.fixed32:
        this.fixed32(end);
        return;
      case wireTypes.groupStart: {
        if (depth >= deepestGroup) throw new WireFault(this.at - 1, "groups are nested too deeply");
        for (;;) {
          const inner = this.tag(end);
          if ((inner & 7) === groupEnd) {
            if (inner >>> 3 !== tag >>> 3)
              throw new WireFault(this.at - 1, "a group is not closed");
            return;
          }
          this.#skip(inner, end, depth + 1);
        }
      }
      default:
        throw new WireFault(this.at - 1, `wire type ${tag & 7} does not exist here`);
    }
  }
}

function word32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)) >>>
    0
  );
}
