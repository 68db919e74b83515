import { readFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Where a segment ends, in a file beside it: a write behind its end failed, its sender was told so,
 * and the disk would not cut it off.
 */
const ending = ".cut";
const namePattern = /^(\d{16})\.cut$/;

export function cutNote(segment: string): string {
  return `${segment}${ending}`;
}

/** The segment that a note belongs to; undefined for other files. */
export function segmentOfCutNote(file: string): string | undefined {
  return namePattern.exec(file)?.[1];
}

/** Bytes of the segment that count; undefined when there is no note. */
export async function readCutNote(directory: string, segment: string): Promise<number | undefined> {
  try {
    const text = await readFile(join(directory, cutNote(segment)), "utf8");
    return /^\d+\n$/.test(text) ? Number(text) : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
