import { crc32 } from "node:zlib";
import type { Block } from "#processor/model/block.js";

const tables = ["otel.otel_traces", "otel.otel_logs", "calibrant.feedback"];
const formats = ["Native", "JSONEachRow"];

/** A frame as the first format of segments has it; a sender can write one like it. */
export function firstFormatFrame(blocks: readonly Block[]): Buffer {
  const count = Buffer.alloc(2);
  count.writeUInt16LE(blocks.length);
  const body = Buffer.concat([count, ...blocks.flatMap(encoded)]);
  const header = Buffer.alloc(8);
  header.writeUInt32LE(body.length, 0);
  header.writeUInt32LE(crc32(body), 4);
  return Buffer.concat([header, body]);
}

function encoded({ table, format, day, rows, bytes }: Block): Uint8Array[] {
  const head = Buffer.alloc(14);
  head[0] = tables.indexOf(table);
  head[1] = formats.indexOf(format);
  head.writeUInt32LE(Date.parse(day) / 86_400_000, 2);
  head.writeUInt32LE(rows, 6);
  head.writeUInt32LE(bytes.length, 10);
  return [head, bytes];
}

/** A segment of the first format. */
export function firstFormatSegment(frames: readonly (readonly Block[])[]): Buffer {
  const header = Buffer.alloc(16);
  header.write("CALSPOOL");
  header.writeUInt32LE(1, 8);
  return Buffer.concat([header, ...frames.map(firstFormatFrame)]);
}
