import { crc32 } from "node:zlib";
import type { Block, BlockFormat, IntakeTable } from "../model/block.js";

/**
 * One frame is one append, so that a crash keeps all blocks of a request or none. All numbers are
 * unsigned and little-endian:
 *
 *     frame  = marker of the segment (8) | length of body (4) | CRC-32 of body (4)
 *              | CRC-32 of all before (4) | body
 *     body   = number of blocks (2) | block ...
 *     block  = table (1) | format (1) | day (4, days since the Unix epoch) | rows (4)
 *              | length of payload (4) | payload
 *
 * The numbers of tables and formats are part of the file format: they are never given again.
 */
const tables: readonly IntakeTable[] = ["otel.otel_traces", "otel.otel_logs", "calibrant.feedback"];
const formats: readonly BlockFormat[] = ["Native", "JSONEachRow"];

export const frameHeaderSize = 20;
const bodyHeader = 2;
const blockHeader = 14;
const mostBlocks = 65_535;
const millisecondsPerDay = 86_400_000;

/** A frame in the pieces that one `writev` takes; `markFrame` makes it one of a segment. */
export interface EncodedFrame {
  /** The first of the pieces. */
  readonly header: Buffer;
  readonly pieces: readonly Uint8Array[];
  readonly size: number;
  readonly rows: number;
}

export function encodeFrame(blocks: readonly Block[]): EncodedFrame {
  if (blocks.length > mostBlocks) throw new RangeError(`a frame has at most ${mostBlocks} blocks`);
  const header = Buffer.alloc(frameHeaderSize + bodyHeader);
  header.writeUInt16LE(blocks.length, frameHeaderSize);
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
  let checksum = crc32(header.subarray(frameHeaderSize));
  for (const piece of pieces.slice(1)) {
    length += piece.length;
    checksum = crc32(piece, checksum);
  }
  header.writeUInt32LE(length, 8);
  header.writeUInt32LE(checksum, 12);
  return {
    header,
    pieces,
    size: frameHeaderSize + length,
    rows: blocks.reduce((rows, block) => rows + block.rows, 0),
  };
}

/** Makes a frame one of the segment with that marker. */
export function markFrame({ header }: EncodedFrame, marker: Buffer): void {
  marker.copy(header);
  header.writeUInt32LE(crc32(header.subarray(0, 16)), 16);
}

/** What is at a place where a frame should start. */
export type FoundFrame =
  | { readonly kind: "sound"; readonly blocks: readonly Block[]; readonly end: number }
  /** The header is sound, so that the end is known; the body is not. */
  | { readonly kind: "damaged"; readonly end: number }
  /** The header is sound; the bytes end before the frame does. */
  | { readonly kind: "cut" }
  | { readonly kind: "unknown" };

export function readFrame(bytes: Buffer, start: number, marker: Buffer): FoundFrame {
  const body = start + frameHeaderSize;
  if (body > bytes.length) return { kind: "unknown" };
  const header = bytes.subarray(start, body);
  const known =
    header.subarray(0, 8).equals(marker) &&
    crc32(header.subarray(0, 16)) === header.readUInt32LE(16);
  if (!known) return { kind: "unknown" };
  const end = body + header.readUInt32LE(8);
  if (end > bytes.length) return { kind: "cut" };
  const blocks = decodeBody(bytes.subarray(body, end), header.readUInt32LE(12));
  return blocks === undefined ? { kind: "damaged", end } : { kind: "sound", blocks, end };
}

/** The blocks of a body; undefined when it is not sound. */
export function decodeBody(body: Buffer, checksum: number): readonly Block[] | undefined {
  if (body.length < bodyHeader + blockHeader || crc32(body) !== checksum) return undefined;
  const count = body.readUInt16LE(0);
  return count === 0 ? undefined : decodeBlocks(body.subarray(bodyHeader), count);
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
