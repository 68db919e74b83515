import { join } from "node:path";
import type { Clock } from "../kernel/clock.js";
import { messageOf } from "../kernel/errors.js";
import type { Logger } from "../kernel/logger.js";
import type { DurableFile, Files } from "./files.js";
import { markFrame, type EncodedFrame } from "./frame.js";
import type { PlanLimits } from "./load-plan.js";
import {
  encodeHeader,
  newHeader,
  segmentHeaderSize,
  type SegmentHeader,
} from "./segment-header.js";
import { cutNote, encodeCutNote } from "./cut-note.js";
import { segmentFile, segmentName, type Segment } from "./segment.js";

export interface SegmentWriterOptions {
  readonly directory: string;
  readonly files: Files;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly segmentSize: number;
  /** Milliseconds. */
  readonly segmentAge: number;
  /** How the rows of new segments are cut into loads. */
  readonly limits: PlanLimits;
  /** The largest number among the segments of the folder. */
  readonly lastNumber: number;
  /** Takes each segment that is closed with rows in it. */
  readonly onClosed: (segment: Segment) => void;
}

interface Open {
  readonly file: DurableFile;
  readonly header: SegmentHeader;
  readonly number: number;
  readonly createdAt: number;
  size: number;
  rows: number;
}

/**
 * Writes groups of frames into the open segment and closes it by size or age. Its functions must
 * not overlap. After a write that failed nothing of the group counts, and the next group goes into
 * a new segment: what a disk says of a file after a failed sync is not to be trusted.
 */
export class SegmentWriter {
  readonly #options: SegmentWriterOptions;
  #lastNumber: number;
  #open: Open | undefined;
  /** Has bytes on the disk that were refused, so that nothing more is taken in until they are gone. */
  #uncut: Open | undefined;

  constructor(options: SegmentWriterOptions) {
    this.#options = options;
    this.#lastNumber = options.lastNumber;
  }

  /** Bytes and rows in the open segment. */
  get pending(): { readonly size: number; readonly rows: number; readonly createdAt: number } {
    const { size, rows, createdAt } = this.#open ?? { size: 0, rows: 0, createdAt: 0 };
    return { size, rows, createdAt };
  }

  /** Resolves when all frames are on the disk; rejects when none of them counts. */
  async write(frames: readonly EncodedFrame[]): Promise<void> {
    if (this.#uncut !== undefined) await this.#cut(this.#uncut);
    const open = (this.#open ??= await this.#create());
    const first = open.size === 0;
    for (const frame of frames) markFrame(frame, open.header.marker);
    const pieces = frames.flatMap((frame) => frame.pieces);
    const size = frames.reduce((sum, frame) => sum + frame.size, first ? segmentHeaderSize : 0);
    try {
      await open.file.write(first ? [encodeHeader(open.header), ...pieces] : pieces, open.size);
      await open.file.sync();
      if (first) await this.#options.files.syncDirectory(this.#options.directory);
    } catch (error) {
      await this.#abandon(open);
      throw error;
    }
    open.size += size;
    open.rows += frames.reduce((sum, frame) => sum + frame.rows, 0);
    if (open.size >= this.#options.segmentSize) await this.close();
  }

  /** Closes the open segment when it is old enough; also when the clock went back behind its start. */
  async closeWhenDue(): Promise<void> {
    const { clock, segmentAge } = this.#options;
    if (this.#open === undefined) return;
    const age = clock.now() - this.#open.createdAt;
    if (age >= segmentAge || age < 0) await this.close();
  }

  /** Closes the open segment. */
  async close(): Promise<void> {
    if (this.#uncut !== undefined) await this.#tryToCut(this.#uncut);
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    await this.#letGo(open);
    this.#close(open);
  }

  async #create(): Promise<Open> {
    const { clock, directory, files, limits } = this.#options;
    const createdAt = clock.now();
    const number = Math.max(this.#lastNumber + 1, Math.trunc(createdAt));
    const file = await files.create(join(directory, segmentFile(segmentName(number))));
    this.#lastNumber = number;
    return { file, header: newHeader(limits), number, createdAt, size: 0, rows: 0 };
  }

  async #abandon(open: Open): Promise<void> {
    this.#open = undefined;
    this.#uncut = open;
    await this.#tryToCut(open);
    if (open.rows > 0) this.#close(open);
  }

  async #tryToCut(open: Open): Promise<void> {
    try {
      await this.#cut(open);
    } catch (error) {
      this.#options.logger.error(
        { segment: segmentName(open.number), reason: messageOf(error) },
        "the spool could not cut off a write that failed; it takes in nothing more until it can",
      );
    }
  }

  /**
   * Rids the disk of what was refused, or notes durably where the segment ends: the sender has it
   * still, and the next start would take it for acknowledged.
   */
  async #cut(open: Open): Promise<void> {
    const { directory, files } = this.#options;
    const name = segmentName(open.number);
    try {
      if (open.rows > 0) await open.file.truncate(open.size);
      else {
        await files.remove(join(directory, segmentFile(name)));
        await files.syncDirectory(directory);
      }
    } catch {
      await files.replace(join(directory, cutNote(name)), encodeCutNote(open.size));
    }
    this.#uncut = undefined;
    await this.#letGo(open);
  }

  async #letGo({ file, number }: Open): Promise<void> {
    try {
      await file.close();
    } catch (error) {
      const segment = segmentName(number);
      this.#options.logger.warn({ segment, reason: messageOf(error) }, "closing a segment failed");
    }
  }

  #close({ header, number, size, rows, createdAt }: Open): void {
    const { limits } = header;
    this.#options.onClosed({ number, name: segmentName(number), size, rows, createdAt, limits });
  }
}
