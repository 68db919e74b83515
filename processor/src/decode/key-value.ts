import { bytesTag, type WireReader } from "./wire-reader.js";

export const keyTag = bytesTag(1);
export const valueTag = bytesTag(2);

/** Where the key and the value of an OTLP `KeyValue` are; both are empty where they are missing. */
export interface KeyValue {
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** Reads the `KeyValue` between `start` and `end`, in whatever form it was encoded. */
export function readKeyValue(reader: WireReader, start: number, end: number): KeyValue {
  let [keyStart, keyEnd, valueStart, valueEnd] = [end, end, end, end];
  reader.at = start;
  while (reader.at < end) {
    const tag = reader.tag(end);
    if (tag === keyTag) {
      reader.bytesField(end);
      [keyStart, keyEnd] = [reader.start, reader.stop];
    } else if (tag === valueTag) {
      reader.bytesField(end);
      [valueStart, valueEnd] = [reader.start, reader.stop];
    } else reader.skip(tag, end);
  }
  return { keyStart, keyEnd, valueStart, valueEnd };
}
