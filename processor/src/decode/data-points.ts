import { bytesTag, type WireReader } from "./wire-reader.js";

/** The request and its three levels down to the metric, then the kinds of metrics. */
const requestPath = [bytesTag(1), bytesTag(2), bytesTag(2)] as const;
const pointKinds: ReadonlySet<number> = new Set([5, 7, 9, 10, 11].map((field) => bytesTag(field)));
const pointTag = bytesTag(1);

/** Counts the data points of a metrics request. @throws WireFault */
export function countDataPoints(reader: WireReader, body: Uint8Array): number {
  reader.open(body);
  return countWithin(reader, body.length, 0);
}

function countWithin(reader: WireReader, end: number, level: number): number {
  let count = 0;
  while (reader.at < end) {
    const tag = reader.tag(end);
    reader.skip(tag, end);
    const next = reader.at;
    const nested = level < requestPath.length ? tag === requestPath[level] : pointKinds.has(tag);
    if (level === requestPath.length + 1) count += tag === pointTag ? 1 : 0;
    else if (nested) {
      reader.at = reader.start;
      count += countWithin(reader, reader.stop, level + 1);
      reader.at = next;
    }
  }
  return count;
}
