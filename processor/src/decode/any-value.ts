import { wireTypes, type WireReader } from "./wire-reader.js";

/** The kinds of an OTLP `AnyValue`: the field numbers of its `oneof`; 0 is the empty value. */
export const valueKinds = {
  empty: 0,
  string: 1,
  bool: 2,
  int: 3,
  double: 4,
  array: 5,
  map: 6,
  bytes: 7,
} as const;

const tags = {
  string: (valueKinds.string << 3) | wireTypes.bytes,
  bool: (valueKinds.bool << 3) | wireTypes.varint,
  int: (valueKinds.int << 3) | wireTypes.varint,
  double: (valueKinds.double << 3) | wireTypes.fixed64,
  array: (valueKinds.array << 3) | wireTypes.bytes,
  map: (valueKinds.map << 3) | wireTypes.bytes,
  bytes: (valueKinds.bytes << 3) | wireTypes.bytes,
} as const;

/** What `readValue` found: bounds for kinds with content, `low` and `high` for numbers. */
export class ValueView {
  kind: number = valueKinds.empty;
  start = 0;
  stop = 0;
  low = 0;
  high = 0;
}

/** Reads an `AnyValue` that ends at `end`. Of several values the last one counts. */
export function readValue(reader: WireReader, end: number, view: ValueView): void {
  view.kind = valueKinds.empty;
  while (reader.at < end) {
    const tag = reader.tag(end);
    switch (tag) {
      case tags.string:
      case tags.array:
      case tags.map:
      case tags.bytes:
        reader.bytesField(end);
        view.start = reader.start;
        view.stop = reader.stop;
        view.kind = tag >>> 3;
        break;
      case tags.bool:
      case tags.int:
        reader.varint64(end);
        view.low = reader.low;
        view.high = reader.high;
        view.kind = tag >>> 3;
        break;
      case tags.double:
        reader.fixed64(end);
        view.low = reader.low;
        view.high = reader.high;
        view.kind = valueKinds.double;
        break;
      default:
        reader.skip(tag, end);
    }
  }
}
