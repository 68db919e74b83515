import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "../kernel/logger.js";
import { cutNote, readCutNote, segmentOfCutNote } from "./cut-note.js";
import type { Damage } from "./damage.js";
import type { DeadLetters } from "./dead-letters.js";
import type { Files } from "./files.js";
import { segmentOfRefusals } from "./refusals.js";
import { readSegment, segmentFile, segmentName, segmentNumber, type Segment } from "./segment.js";

export interface Recovery {
  /** Segments with rows, oldest first. */
  readonly segments: readonly Segment[];
  readonly lastNumber: number;
  /** Bytes of writes that a crash cut off; none of them was acknowledged. */
  readonly tornBytes: number;
  /** Bytes within segments that are damaged; they are among the dead letters now. */
  readonly damagedBytes: number;
}

export interface RecoveryOptions {
  readonly directory: string;
  readonly files: Files;
  readonly deadLetters: DeadLetters;
  readonly damage: Damage;
  readonly logger: Logger;
}

/**
 * Looks at every segment that an earlier process left. A write at the end of the newest one that
 * was cut off for certain is truncated. Other damage goes to the dead letters, and the sound frames
 * around it are kept.
 */
export async function recover(options: RecoveryOptions): Promise<Recovery> {
  const { directory } = options;
  const names = await readdir(directory);
  const numbers = names
    .map(segmentNumber)
    .filter((number) => number !== undefined)
    .toSorted((a, b) => a - b);
  const segments: Segment[] = [];
  let tornBytes = 0;
  let damagedBytes = 0;
  for (const number of numbers) {
    const found = await recoverSegment(options, number, number === numbers.at(-1));
    if (found.segment !== undefined) segments.push(found.segment);
    tornBytes += found.tornBytes;
    damagedBytes += found.damagedBytes;
  }
  await removeOrphans(options, names, numbers);
  return { segments, lastNumber: numbers.at(-1) ?? 0, tornBytes, damagedBytes };
}

/** What is kept about a segment outlives it when a crash comes between the two removals. */
async function removeOrphans(
  { directory, files, deadLetters }: RecoveryOptions,
  names: readonly string[],
  numbers: readonly number[],
): Promise<void> {
  const known = new Set(numbers.map(segmentName));
  for (const name of names) {
    const segment = segmentOfRefusals(name) ?? segmentOfCutNote(name);
    if (segment !== undefined && !known.has(segment)) await files.remove(join(directory, name));
  }
  await deadLetters.forgetRemoved(known);
}

interface RecoveredSegment {
  readonly segment: Segment | undefined;
  readonly tornBytes: number;
  readonly damagedBytes: number;
}

async function recoverSegment(
  options: RecoveryOptions,
  number: number,
  newest: boolean,
): Promise<RecoveredSegment> {
  const { directory, files, damage, logger } = options;
  const name = segmentName(number);
  const path = join(directory, segmentFile(name));
  const bytes = await readCounted(options, name, path);
  const { damaged, rows, limits } = readSegment(bytes, name);
  const torn = newest ? damaged.find((range) => range.torn) : undefined;
  let damagedBytes = 0;
  const ranges = torn === undefined ? damaged : damaged.slice(0, -1);
  for (const range of ranges) damagedBytes += await damage.setAside(name, bytes, range);

  let size = bytes.length;
  if (torn !== undefined) {
    size = torn.start;
    await cut(files, path, size);
    logger.warn(
      { segment: name, bytes: torn.end - torn.start, rows },
      "a write to the spool was cut off; it had not been acknowledged and is dropped",
    );
  }
  const result = {
    tornBytes: torn === undefined ? 0 : torn.end - torn.start,
    damagedBytes,
  };
  if (rows === 0 || limits === undefined) {
    await files.remove(path);
    await files.syncDirectory(directory);
    return { segment: undefined, ...result };
  }
  return { segment: { number, name, size, rows, createdAt: number, limits }, ...result };
}

/** The bytes of a segment that count; the others, whose sender knows that they failed, are cut off. */
async function readCounted(
  { directory, files, logger }: RecoveryOptions,
  name: string,
  path: string,
): Promise<Buffer> {
  const bytes = await readFile(path);
  const size = await readCutNote(directory, name);
  if (size === undefined) return bytes;
  if (size < bytes.length) {
    await cut(files, path, size);
    logger.warn(
      { segment: name, bytes: bytes.length - size },
      "a write that had failed was cut off the spool",
    );
  }
  await files.remove(join(directory, cutNote(name)));
  return bytes.subarray(0, size);
}

/** Were it not durable, what was cut off could come back in a segment that is not the newest. */
async function cut(files: Files, path: string, size: number): Promise<void> {
  const file = await files.open(path);
  try {
    await file.truncate(size);
  } finally {
    await file.close();
  }
}
