import { open } from "node:fs/promises";
import { join } from "node:path";
import type { Meter } from "@opentelemetry/api";
import type { Clock } from "../kernel/clock.js";
import { CalibrantError, messageOf } from "../kernel/errors.js";
import type { Logger } from "../kernel/logger.js";
import type { Block } from "../model/block.js";
import type { Intake, Pressure } from "../model/ports.js";
import { Damage } from "./damage.js";
import { DeadLetters } from "./dead-letters.js";
import { lockDirectory } from "./directory-lock.js";
import { makeDirectory, systemFiles, type Files } from "./files.js";
import { encodeFrame } from "./frame.js";
import { GroupCommit } from "./group-commit.js";
import { recover } from "./recovery.js";
import { SegmentWriter } from "./segment-writer.js";
import { readSegment, segmentFile, type Segment } from "./segment.js";
import { SinkCursors } from "./sink-cursors.js";
import type { SpoolConfig } from "./spool-config.js";
import { spoolTelemetry, type SpoolState } from "./spool-telemetry.js";

export interface SpoolOptions {
  /** Created when it does not exist. One process, one folder. */
  readonly directory: string;
  /** Names of those who read the segments, each at its own pace. */
  readonly sinks: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly config: SpoolConfig;
  readonly files?: Files;
}

/** Rows on their way to the store, on disk. */
export interface Spool extends Intake, Pressure {
  readonly directory: string;
  readonly files: Files;
  readonly deadLetters: DeadLetters;
  /** Segments that a sink has yet to load, oldest first. Closes the open one when it is due. */
  closedSegments(sink: string): Promise<readonly Segment[]>;
  /**
   * The blocks of each frame of a closed segment, in order.
   * @param memory takes the segment, and with it the blocks' bytes; at least as large
   */
  read(segment: Segment, memory?: Buffer): Promise<readonly (readonly Block[])[]>;
  /**
   * Says that a sink has finished the oldest of its segments. What all sinks have finished is
   * removed. Resolves when that is durable.
   */
  finish(segment: Segment, sink: string): Promise<void>;
  /** Closes the open segment now. */
  seal(): Promise<void>;
  state(): SpoolState;
  /** Takes no more rows, makes those under way durable and lets go of the folder. */
  close(): Promise<void>;
}

/**
 * Opens the spool: a log of segments with one sync for each group of requests.
 * @throws CalibrantError SPOOL_LOCKED, SPOOL_CORRUPT or SPOOL_FAILED
 */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const { directory, files = systemFiles, clock, logger } = options;
  try {
    await makeDirectory(directory);
    const lock = await lockDirectory(directory);
    try {
      const deadLetters = new DeadLetters(directory, files, clock);
      const damage = new Damage(deadLetters, logger);
      const found = await recover({ directory, files, deadLetters, damage, logger });
      const cursors = await SinkCursors.open(directory, files, options.sinks);
      const spool = new SegmentedSpool({
        ...options,
        files,
        deadLetters,
        damage,
        lock,
        found,
        cursors,
      });
      await spool.removeFinished();
      return spool;
    } catch (error) {
      await lock.release();
      throw error;
    }
  } catch (error) {
    throw spoolError(`opening the spool in ${directory}`, error);
  }
}

interface Opened extends SpoolOptions {
  readonly files: Files;
  readonly deadLetters: DeadLetters;
  readonly damage: Damage;
  readonly lock: Awaited<ReturnType<typeof lockDirectory>>;
  readonly found: Awaited<ReturnType<typeof recover>>;
  readonly cursors: SinkCursors;
}

class SegmentedSpool implements Spool {
  readonly #options: Opened;
  readonly #writer: SegmentWriter;
  readonly #commits: GroupCommit;
  readonly #telemetry: ReturnType<typeof spoolTelemetry>;
  readonly #closed: Segment[];
  #closing = false;

  constructor(options: Opened) {
    const { config, cursors, found, lock, meter } = options;
    this.#options = options;
    this.#closed = [...found.segments];
    this.#writer = new SegmentWriter({
      ...options,
      segmentSize: config.segment_size,
      segmentAge: config.segment_age,
      limits: { size: config.load_size, rows: config.load_rows },
      lastNumber: Math.max(found.lastNumber, cursors.anywhere),
      onClosed: (segment) => this.#closed.push(segment),
    });
    this.#telemetry = spoolTelemetry(
      meter,
      () => this.state(),
      () => options.deadLetters.totals(),
    );
    this.#telemetry.tornBytes.add(found.tornBytes);
    this.#telemetry.damagedBytes.add(found.damagedBytes);
    this.#commits = new GroupCommit(async (frames) => {
      if (lock.lost !== undefined) {
        throw new CalibrantError("SPOOL_LOCKED", lock.lost, { retryable: true });
      }
      await this.#writer.write(frames);
      this.#telemetry.groups.add(1);
    });
  }

  get directory(): string {
    return this.#options.directory;
  }

  get files(): Files {
    return this.#options.files;
  }

  get deadLetters(): DeadLetters {
    return this.#options.deadLetters;
  }

  async append(blocks: readonly Block[]): Promise<void> {
    if (blocks.length === 0) return;
    const { config, logger } = this.#options;
    if (this.#closing) {
      throw new CalibrantError("SPOOL_FAILED", "the service is stopping", { retryable: true });
    }
    const frame = encodeFrame(blocks);
    const used = this.state().bytes + this.#commits.waitingSize;
    if (used + frame.size > config.quota) {
      throw new CalibrantError("SPOOL_FULL", this.#fullness(used), { retryable: true });
    }
    try {
      await this.#commits.append(frame);
    } catch (error) {
      const failure = spoolError("writing to the spool", error);
      this.#telemetry.failures.add(1, { code: failure.code });
      logger.error({ err: error }, failure.message);
      throw failure;
    }
    for (const { table, rows, bytes } of blocks) {
      this.#telemetry.rows.add(rows, { table });
      this.#telemetry.bytes.add(bytes.length, { table });
    }
  }

  pressure(): string | undefined {
    const { quota, throttle_at: share } = this.#options.config;
    const used = this.state().bytes + this.#commits.waitingSize;
    return used >= quota * share ? this.#fullness(used) : undefined;
  }

  async closedSegments(sink: string): Promise<readonly Segment[]> {
    await this.#commits.exclusive(() => this.#writer.closeWhenDue());
    const finished = this.#options.cursors.of(sink);
    return this.#closed.filter(({ number }) => number > finished);
  }

  async read(
    segment: Segment,
    memory: Buffer = Buffer.allocUnsafeSlow(segment.size),
  ): Promise<readonly (readonly Block[])[]> {
    try {
      const bytes = memory.subarray(0, segment.size);
      const read = await readInto(join(this.directory, segmentFile(segment.name)), bytes);
      const content = readSegment(bytes.subarray(0, read), segment.name);
      for (const range of content.damaged) {
        const found = await this.#options.damage.setAside(segment.name, bytes, range);
        this.#telemetry.damagedBytes.add(found);
      }
      return content.frames;
    } catch (error) {
      throw spoolError(`reading spool segment ${segment.name}`, error);
    }
  }

  async finish(segment: Segment, sink: string): Promise<void> {
    try {
      await this.#options.cursors.advance(sink, segment.number);
      await this.removeFinished();
    } catch (error) {
      throw spoolError(`removing spool segment ${segment.name}`, error);
    }
  }

  /** Removes the segments that every sink has finished. */
  async removeFinished(): Promise<void> {
    const { everywhere } = this.#options.cursors;
    let removed = 0;
    for (const { number, name } of this.#closed) {
      if (number > everywhere) break;
      await this.files.remove(join(this.directory, segmentFile(name)));
      removed++;
    }
    if (removed === 0) return;
    await this.files.syncDirectory(this.directory);
    this.#closed.splice(0, removed);
  }

  async seal(): Promise<void> {
    await this.#commits.exclusive(() => this.#writer.close());
  }

  state(): SpoolState {
    const { pending } = this.#writer;
    const isOpen = pending.rows > 0;
    const oldest = this.#closed[0]?.createdAt ?? (isOpen ? pending.createdAt : undefined);
    return {
      segments: this.#closed.length + (isOpen ? 1 : 0),
      bytes: this.#closed.reduce((sum, { size }) => sum + size, pending.size),
      rows: this.#closed.reduce((sum, { rows }) => sum + rows, pending.rows),
      lag: oldest === undefined ? 0 : Math.max(0, (this.#options.clock.now() - oldest) / 1_000),
    };
  }

  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    await this.#commits.flush();
    await this.seal();
    this.#telemetry.close();
    await this.#options.lock.release();
  }

  #fullness(used: number): string {
    const { quota } = this.#options.config;
    return `${used} of ${quota} bytes of the spool are waiting for the store (spool.quota)`;
  }
}

const noRight =
  "the folder cannot be written: let this user write there, or name another folder with --data-dir or service.data_dir";
const remedies: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk is full",
  EACCES: noRight,
  EPERM: noRight,
  EROFS: noRight,
};

/** Answers how many bytes the file had, at most as many as there is room for. */
async function readInto(path: string, bytes: Buffer): Promise<number> {
  const file = await open(path, "r");
  try {
    let read = 0;
    for (;;) {
      const { bytesRead } = await file.read(bytes, read, bytes.length - read, read);
      read += bytesRead;
      if (bytesRead === 0 || read === bytes.length) return read;
    }
  } finally {
    await file.close();
  }
}

/** Sorts what a disk said: no room is SPOOL_FULL, the rest SPOOL_FAILED; both may pass. */
function spoolError(doing: string, error: unknown): CalibrantError {
  if (error instanceof CalibrantError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const full = code === "ENOSPC" || code === "EDQUOT";
  return new CalibrantError(
    full ? "SPOOL_FULL" : "SPOOL_FAILED",
    `${doing}: ${remedies[code] ?? messageOf(error)}`,
    { cause: error, retryable: true },
  );
}
