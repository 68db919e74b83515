import { crc32 } from "node:zlib";
import type { Block, BlockFormat, IntakeTable } from "../model/block.js";

/**
 * One frame is one append, so that a crash keeps all blocks of a request or none. All numbers are
 * unsigned and little-endian:
 *
 *     frame  = length of body (4) | CRC-32 of body (4) | body
 *     body   = number of blocks (2) | block ...
 *     block  = table (1) | format (1) | day (4, days since the Unix epoch) | rows (4)
 *              | length of payload (4) | payload
 *
 * The numbers of tables and formats are part of the file format: they are never given again.
 */
const tables: readonly IntakeTable[] = ["otel.otel_traces", "otel.otel_logs", "calibrant.feedback"];
const formats: readonly BlockFormat[] = ["Native", "JSONEachRow"];

const frameHeader = 8;
const bodyHeader = 2;
const blockHeader = 14;
const mostBlocks = 65_535;
const millisecondsPerDay = 86_400_000;

/** A frame in the pieces that one `writev` takes. */
export interface EncodedFrame {
  readonly pieces: readonly Uint8Array[];
  readonly size: number;
  readonly rows: number;
}

export function encodeFrame(blocks: readonly Block[]): EncodedFrame {
  if (blocks.length > mostBlocks) throw new RangeError(`a frame has at most ${mostBlocks} blocks`);
  const header = Buffer.alloc(frameHeader + bodyHeader);
  header.writeUInt16LE(blocks.length, frameHeader);
  const pieces: Uint8Array[] = [header];
  for (const block of blocks) {
    const head = Buffer.alloc(blockHeader);
    head[0] = tables.indexOf(block.table);
    head[1] = formats.indexOf(block.format);
    head.writeUInt32LE(Date.parse(block.day) / millisecondsPerDay, 2);
    head.writeUInt32LE(block.rows, 6);
    head.writeUInt32LE(block.bytes.length, 10);
    pieces.push(head, block.bytes);
  }
  let length = bodyHeader;
  let checksum = crc32(header.subarray(frameHeader));
  for (const piece of pieces.slice(1)) {
    length += piece.length;
    checksum = crc32(piece, checksum);
  }
  header.writeUInt32LE(length, 0);
  header.writeUInt32LE(checksum, 4);
  return {
    pieces,
    size: frameHeader + length,
    rows: blocks.reduce((rows, block) => rows + block.rows, 0),
  };
}

export interface DecodedFrame {
  readonly blocks: readonly Block[];
  /** Where the frame ends. */
  readonly end: number;
}

/** The frame that starts at an offset, or undefined when there is no sound one. */
export function decodeFrame(bytes: Buffer, start: number): DecodedFrame | undefined {
  const body = start + frameHeader;
  if (body + bodyHeader > bytes.length) return undefined;
  const length = bytes.readUInt32LE(start);
  const end = body + length;
  if (length < bodyHeader + blockHeader || end > bytes.length) return undefined;
  const count = bytes.readUInt16LE(body);
  if (count === 0 || count * blockHeader > length) return undefined;
  if (tables[bytes[body + bodyHeader] as number] === undefined) return undefined;
  if (crc32(bytes.subarray(body, end)) !== bytes.readUInt32LE(start + 4)) return undefined;
  const blocks = decodeBlocks(bytes.subarray(body + bodyHeader, end), count);
  return blocks === undefined ? undefined : { blocks, end };
}

function decodeBlocks(bytes: Buffer, count: number): Block[] | undefined {
  const blocks: Block[] = [];
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (at + blockHeader > bytes.length) return undefined;
    const table = tables[bytes[at] as number];
    const format = formats[bytes[at + 1] as number];
    const payload = at + blockHeader;
    const end = payload + bytes.readUInt32LE(at + 10);
    if (table === undefined || format === undefined || end > bytes.length) return undefined;
    blocks.push({
      table,
      format,
      day: new Date(bytes.readUInt32LE(at + 2) * millisecondsPerDay).toISOString().slice(0, 10),
      rows: bytes.readUInt32LE(at + 6),
      bytes: bytes.subarray(payload, end),
    });
    at = end;
  }
  return at === bytes.length ? blocks : undefined;
}
