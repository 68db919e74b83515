import { randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";
import { CalibrantError } from "../kernel/errors.js";
import type { PlanLimits } from "./load-plan.js";

/**
 * The header of a segment is there twice, so that damage to one leaves the other:
 *
 *     header = copy | copy
 *     copy   = letters CALSPOOL (8) | version (4) | CRC-32 of these (4) | marker (8)
 *              | most bytes in a load (8, a double) | most rows in a load (4) | CRC-32 of all before (4)
 *
 * Every later version begins with the same 16 bytes. The first one had nothing but them, with zeros
 * for the checksum.
 */
const letters = Buffer.from("CALSPOOL");
const version = 2;
const beginningSize = 16;
const copySize = 40;
export const segmentHeaderSize = 2 * copySize;

const beginning = beginningOf(version);
const firstBeginning = beginningOf(1).fill(0, 12);

/** What one insert held at most when segments did not say it. */
const limitsOfFirst: PlanLimits = { size: 16 * 1024 ** 2, rows: 100_000 };

export interface SegmentHeader {
  /**
   * Eight random bytes with which each frame begins. No sender knows them, so that nothing in a
   * request can look like a frame when the frame around it is damaged.
   */
  readonly marker: Buffer;
  /** How its rows are cut into loads. A load's token depends on it, so it never changes. */
  readonly limits: PlanLimits;
}

/** A header as it was found; one of the first format has no marker. */
export interface FoundHeader {
  readonly size: number;
  readonly marker: Buffer | undefined;
  readonly limits: PlanLimits;
}

export function newHeader(limits: PlanLimits): SegmentHeader {
  return { marker: randomBytes(8), limits };
}

export function encodeHeader({ marker, limits }: SegmentHeader): Buffer {
  const copy = Buffer.alloc(copySize);
  beginning.copy(copy);
  marker.copy(copy, 16);
  copy.writeDoubleLE(limits.size, 24);
  copy.writeUInt32LE(limits.rows, 32);
  copy.writeUInt32LE(crc32(copy.subarray(0, 36)), 36);
  return Buffer.concat([copy, copy]);
}

/**
 * The header of a segment; undefined when it is not whole or too much of it is damaged.
 * @throws CalibrantError SPOOL_CORRUPT for a version that is not known
 */
export function decodeHeader(bytes: Buffer, name: string): FoundHeader | undefined {
  if (bytes.length < beginningSize) return undefined;
  const said = bytes.readUInt32LE(8);
  if (said > version && bytes.subarray(0, beginningSize).equals(beginningOf(said))) {
    throw new CalibrantError(
      "SPOOL_CORRUPT",
      `spool segment ${name} has format version ${said}; this program reads versions 1 to ${version}. Load it with the version that wrote it, or move it away.`,
    );
  }
  // The first format has no checksum, but its header is always the same: one byte may be damaged.
  if (differences(bytes, firstBeginning) <= 1) {
    return { size: beginningSize, marker: undefined, limits: limitsOfFirst };
  }
  if (bytes.length < segmentHeaderSize) return undefined;
  return (
    decodeCopy(bytes.subarray(0, copySize)) ??
    decodeCopy(bytes.subarray(copySize, segmentHeaderSize))
  );
}

/** Whether a write was cut off before the header was whole, so that nothing was acknowledged. */
export function isCutHeader(bytes: Buffer): boolean {
  if (bytes.length < beginningSize) return true;
  return bytes.length < segmentHeaderSize && bytes.subarray(0, beginningSize).equals(beginning);
}

function decodeCopy(copy: Buffer): FoundHeader | undefined {
  if (!copy.subarray(0, beginningSize).equals(beginning)) return undefined;
  if (crc32(copy.subarray(0, 36)) !== copy.readUInt32LE(36)) return undefined;
  return {
    size: segmentHeaderSize,
    marker: copy.subarray(16, 24),
    limits: { size: copy.readDoubleLE(24), rows: copy.readUInt32LE(32) },
  };
}

function beginningOf(number: number): Buffer {
  const bytes = Buffer.alloc(beginningSize);
  letters.copy(bytes);
  bytes.writeUInt32LE(number, 8);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 12)), 12);
  return bytes;
}

function differences(bytes: Buffer, expected: Buffer): number {
  return expected.reduce((count, byte, at) => count + (bytes[at] === byte ? 0 : 1), 0);
}
