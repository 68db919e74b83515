import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";

/**
 * Where a segment ends, in a file beside it: a write behind its end failed, its sender was told so,
 * and the disk would not cut it off.
 */
const ending = ".cut";
const namePattern = /^(\d{16})\.cut$/;

export function cutNote(segment: string): string {
  return `${segment}${ending}`;
}

/** The number of bytes that count and its checksum: a damaged note must not cut anything. */
export function encodeCutNote(size: number): string {
  return `${size} ${crc32(String(size))}\n`;
}

/** The segment that a note belongs to; undefined for other files. */
export function segmentOfCutNote(file: string): string | undefined {
  return namePattern.exec(file)?.[1];
}

/** Bytes of the segment that count; undefined when there is no sound note. */
export async function readCutNote(directory: string, segment: string): Promise<number | undefined> {
  try {
    const text = await readFile(join(directory, cutNote(segment)), "utf8");
    const size = Number.parseInt(text, 10);
    return text === encodeCutNote(size) ? size : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
