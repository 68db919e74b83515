import type { Meter } from "@opentelemetry/api";
import type { Clock } from "../kernel/clock.js";
import { CalibrantError } from "../kernel/errors.js";
import type { Logger } from "../kernel/logger.js";
import { MemoryPool } from "../kernel/memory-pool.js";
import { startWorker, type Worker } from "../kernel/worker.js";
import type { Load } from "../model/block.js";
import type { LoadSink } from "../model/ports.js";
import { loaderTelemetry, type LoaderState, type LoaderTelemetry } from "./loader-telemetry.js";
import { halves, loadOf, planLoads, type Part } from "./load-plan.js";
import { Refusals, type Refusal } from "./refusals.js";
import { startReplay } from "./replay.js";
import type { Segment } from "./segment.js";
import type { SpoolConfig } from "./spool-config.js";
import type { Spool } from "./spool.js";

export interface LoaderOptions {
  readonly spool: Spool;
  readonly sink: LoadSink;
  /** One of the spool's sinks. */
  readonly sinkName: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly config: SpoolConfig;
}

/** A segment ends with the frame that makes it full, so it is a little larger than its setting. */
const roomForSegment = 1.5;

/**
 * Most refusals in one segment that are taken apart. Where everything is refused, each further row
 * would cost two tries of its own; from here on refused loads become dead letters as they are.
 */
const mostCuts = 300;

/**
 * Brings closed segments to the store, oldest first. While the store does not answer it tries
 * again without end; what the store refuses is taken apart down to what it refuses in itself,
 * which goes to the dead letters. On `stop` it goes on for `config.stop_timeout` with what is left;
 * the spool has to be closed after it.
 */
export function startLoader(options: LoaderOptions): Worker {
  const { spool, clock, logger, config } = options;
  const loader = new SegmentLoader(options);
  const worker = startWorker({
    name: "spool loader",
    clock,
    logger,
    idleDelay: config.poll_interval,
    round: () => loader.loadOldest(),
  });
  const replay = startReplay({
    ...options,
    deadLetters: spool.deadLetters,
    telemetry: loader.telemetry,
  });
  return {
    get failure() {
      return worker.failure;
    },
    stop: async () => {
      const limit = new AbortController();
      const drain = async (): Promise<void> => {
        await Promise.all([worker.stop(), replay.stop()]);
        await spool.seal();
        while (!limit.signal.aborted && (await loader.loadOldest()));
      };
      // A failure leaves the rest in the spool, where the next start finds it.
      const drained = drain().catch((error: unknown) => {
        logger.warn({ err: error }, "the rest of the spool is loaded at the next start");
      });
      await Promise.race([drained, clock.sleep(config.stop_timeout, limit.signal)]);
      limit.abort();
      loader.telemetry.close();
    },
  };
}

class SegmentLoader {
  readonly telemetry: LoaderTelemetry;
  readonly #options: LoaderOptions;
  readonly #pool: MemoryPool;
  /** Tokens of the oldest segment that are done, so that a retry goes on where it was. */
  #done = new Set<string>();
  #segment = "";
  #failures = 0;
  #trying = false;
  #lastAnswer: number;

  constructor(options: LoaderOptions) {
    this.#options = options;
    this.#pool = new MemoryPool(options.config.segment_size * roomForSegment);
    this.#lastAnswer = options.clock.now();
    this.telemetry = loaderTelemetry(options.meter, options.sinkName, () => this.#state());
  }

  /** Loads and finishes one segment. Answers false when there was none. */
  async loadOldest(): Promise<boolean> {
    const { spool, sinkName } = this.#options;
    const [segment] = await spool.closedSegments(sinkName);
    if (segment === undefined) return false;
    if (segment.name !== this.#segment) {
      this.#segment = segment.name;
      this.#done = new Set();
    }
    const refusals = new Refusals(spool.directory, segment.name, sinkName);
    const memory = this.#pool.take(segment.size);
    for (const part of planLoads(segment.name, await spool.read(segment, memory), segment.limits)) {
      await this.#load(segment, part, refusals);
    }
    // A refusal may come while the rest is still being sent: its memory is left alone.
    if ((await refusals.count()) === 0) this.#pool.give(memory);
    await spool.finish(segment, sinkName);
    await refusals.forget();
    return true;
  }

  async #load(segment: Segment, part: Part, refusals: Refusals): Promise<void> {
    const load = loadOf(part);
    if (this.#done.has(load.token)) return;
    const refusal =
      (await refusals.find(load.token)) ?? (await this.#tryAndNote(load, part, refusals));
    if (refusal !== undefined) {
      const smaller = refusal.whole ? undefined : halves(part);
      if (smaller === undefined) await this.#bury(segment, part, refusal.reason);
      else for (const half of smaller) await this.#load(segment, half, refusals);
    }
    this.#done.add(load.token);
  }

  /** Sends a load. Answers its refusal, which is on disk then. */
  async #tryAndNote(load: Load, part: Part, refusals: Refusals): Promise<Refusal | undefined> {
    const reason = await this.#try(load);
    if (reason === undefined) return undefined;
    const whole = (await refusals.count()) >= mostCuts || halves(part) === undefined;
    const refusal = { reason, whole };
    await refusals.add(load.token, refusal);
    return refusal;
  }

  /** Sends a load. Answers the reason when the store refuses it; throws when it may pass later. */
  async #try(load: Load): Promise<string | undefined> {
    this.#trying = true;
    try {
      await this.#options.sink.load(load);
    } catch (error) {
      if (error instanceof CalibrantError && error.code === "STORE_REFUSED") {
        this.#answered();
        return error.message;
      }
      this.#failures++;
      this.telemetry.retries.add(1, { table: load.table });
      throw error;
    } finally {
      this.#trying = false;
    }
    this.#answered();
    this.telemetry.rows.add(load.rows, { table: load.table });
    this.telemetry.bytes.add(sizeOf(load), { table: load.table });
    return undefined;
  }

  #answered(): void {
    this.#failures = 0;
    this.#lastAnswer = this.#options.clock.now();
  }

  #state(): LoaderState {
    const failing = this.#failures > 0;
    const silence = Math.max(0, this.#options.clock.now() - this.#lastAnswer) / 1_000;
    return {
      circuit: failing ? (this.#trying ? "half_open" : "open") : "closed",
      consecutiveFailures: this.#failures,
      sinceSuccess: failing ? silence : 0,
    };
  }

  async #bury(segment: Segment, part: Part, reason: string): Promise<void> {
    const { spool, logger, config, sinkName } = this.#options;
    const { table, format, rows, token, pieces } = loadOf(part);
    if (spool.deadLetters.wasRemoved(token)) return;
    const bytes = Buffer.concat(pieces);
    await spool.deadLetters.makeSureOfRoom(bytes.length, config.dead_letter_quota);
    logger.error({ table, rows, deadLetter: token, reason }, "rows went to the dead letters");
    await spool.deadLetters.write({
      name: token,
      bytes,
      kind: format === "Native" ? "native" : "jsonl",
      reason,
      segment: segment.name,
      sink: sinkName,
      table,
      day: part.day,
      rows,
    });
    this.telemetry.deadLetteredRows.add(rows, { table });
  }
}

function sizeOf({ pieces }: Load): number {
  return pieces.reduce((size, { length }) => size + length, 0);
}
