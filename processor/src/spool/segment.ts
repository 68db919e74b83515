import type { Block } from "../model/block.js";
import { readFirstFrame } from "./first-format.js";
import { frameHeaderSize, readFrame, type FoundFrame } from "./frame.js";
import type { PlanLimits } from "./load-plan.js";
import { decodeHeader, isCutHeader } from "./segment-header.js";

/**
 * A segment is a file of frames behind a header. It is named by a number that only grows; the
 * number is the time of its creation in milliseconds unless the clock went back.
 */
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
  /** How its rows are cut into loads. */
  readonly limits: PlanLimits;
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

/** A stretch of a segment in which there is no sound frame. */
export interface DamagedRange {
  readonly start: number;
  readonly end: number;
  /**
   * It is the end of the segment and for certain a write that a crash cut off: less than a frame,
   * or zeros. An acknowledged frame was whole on the disk.
   */
  readonly torn: boolean;
}

export interface SegmentContent {
  /** The blocks of each sound frame, in order. */
  readonly frames: readonly (readonly Block[])[];
  readonly damaged: readonly DamagedRange[];
  readonly rows: number;
  /** Undefined when the header is damaged: there are no frames then. */
  readonly limits: PlanLimits | undefined;
}

/**
 * Reads a segment. Behind a damaged frame it goes on with the next sound one.
 * @throws CalibrantError SPOOL_CORRUPT for a version that is not known
 */
export function readSegment(bytes: Buffer, name: string): SegmentContent {
  const header = decodeHeader(bytes, name);
  if (header === undefined) {
    const torn = isCutHeader(bytes) || isZero(bytes);
    const all = { start: 0, end: bytes.length, torn };
    return { frames: [], damaged: bytes.length === 0 ? [] : [all], rows: 0, limits: undefined };
  }
  const { marker, limits } = header;
  const frames: (readonly Block[])[] = [];
  const damaged: DamagedRange[] = [];
  let at = header.size;
  while (at < bytes.length) {
    const found = marker === undefined ? readFirstFrame(bytes, at) : readFrame(bytes, at, marker);
    if (found.kind === "sound") frames.push(found.blocks);
    else damaged.push(rangeOf(bytes, at, found, marker));
    at = found.kind === "sound" ? found.end : (damaged.at(-1)?.end ?? bytes.length);
  }
  const rows = frames.flat().reduce((sum, block) => sum + block.rows, 0);
  return { frames, damaged, rows, limits };
}

function rangeOf(
  bytes: Buffer,
  start: number,
  found: Exclude<FoundFrame, { kind: "sound" }>,
  marker: Buffer | undefined,
): DamagedRange {
  if (found.kind === "cut") return { start, end: bytes.length, torn: true };
  let end = bytes.length;
  if (found.kind === "damaged") end = found.end;
  else if (marker !== undefined) {
    const next = bytes.indexOf(marker, start + 1);
    if (next >= 0) end = next;
  }
  const isShort = found.kind === "unknown" && end - start < frameHeaderSize;
  const torn = end === bytes.length && (isShort || isZero(bytes.subarray(start)));
  return { start, end, torn };
}

function isZero(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}
