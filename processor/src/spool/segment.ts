import { CalibrantError } from "../kernel/errors.js";
import type { Block } from "../model/block.js";
import { decodeFrame } from "./frame.js";

/**
 * A segment is a file of frames behind a header: eight letters, the version of the format (4 bytes)
 * and four bytes that are free. It is named by a number that only grows; the number is the time of
 * its creation in milliseconds unless the clock went back.
 */
const magic = Buffer.from("CALSPOOL");
const version = 1;
export const segmentHeaderSize = 16;
const nameDigits = 16;
const namePattern = /^(\d{16})\.segment$/;

/** A segment that is not written to any more. */
export interface Segment {
  readonly number: number;
  /** The file's name without its extension. */
  readonly name: string;
  /** Bytes that count: what is behind them was never acknowledged. */
  readonly size: number;
  readonly rows: number;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
}

export function segmentName(number: number): string {
  return String(number).padStart(nameDigits, "0");
}

export function segmentFile(name: string): string {
  return `${name}.segment`;
}

/** The number of a segment by the name of its file; undefined for other files. */
export function segmentNumber(file: string): number | undefined {
  const digits = namePattern.exec(file)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export function segmentHeader(): Buffer {
  const header = Buffer.alloc(segmentHeaderSize);
  magic.copy(header);
  header.writeUInt32LE(version, magic.length);
  return header;
}

/** A stretch of a segment in which there is no sound frame. */
export interface DamagedRange {
  readonly start: number;
  readonly end: number;
}

export interface SegmentContent {
  /** The blocks of each sound frame, in order. */
  readonly frames: readonly (readonly Block[])[];
  readonly damaged: readonly DamagedRange[];
  readonly rows: number;
}

/**
 * Reads a segment. Behind a damaged frame it goes on with the next sound one.
 * @throws CalibrantError SPOOL_CORRUPT for a version that is not known
 */
export function readSegment(bytes: Buffer, name: string): SegmentContent {
  if (!bytes.subarray(0, magic.length).equals(magic) || bytes.length < segmentHeaderSize) {
    const all = { start: 0, end: bytes.length };
    return { frames: [], damaged: bytes.length === 0 ? [] : [all], rows: 0 };
  }
  const found = bytes.readUInt32LE(magic.length);
  if (found !== version) {
    throw new CalibrantError(
      "SPOOL_CORRUPT",
      `spool segment ${name} has format version ${found}; this program reads version ${version}. Load it with the version that wrote it, or move it away.`,
    );
  }
  const frames: (readonly Block[])[] = [];
  const damaged: DamagedRange[] = [];
  let rows = 0;
  let at = segmentHeaderSize;
  while (at < bytes.length) {
    const frame = decodeFrame(bytes, at);
    if (frame === undefined) {
      const end = nextFrame(bytes, at + 1);
      damaged.push({ start: at, end });
      at = end;
    } else {
      frames.push(frame.blocks);
      for (const block of frame.blocks) rows += block.rows;
      at = frame.end;
    }
  }
  return { frames, damaged, rows };
}

/** Where the next sound frame starts; the end of the bytes when there is none. */
function nextFrame(bytes: Buffer, from: number): number {
  for (let at = from; at < bytes.length; at++) {
    if (decodeFrame(bytes, at) !== undefined) return at;
  }
  return bytes.length;
}
