import type { Meter } from "@opentelemetry/api";
import type { Clock } from "../kernel/clock.js";
import { CalibrantError } from "../kernel/errors.js";
import type { Logger } from "../kernel/logger.js";
import { startWorker, type Worker } from "../kernel/worker.js";
import type { LoadSink } from "../model/ports.js";
import { loaderTelemetry, type LoaderTelemetry } from "./loader-telemetry.js";
import { halves, loadOf, planLoads, type Part } from "./load-plan.js";
import { Refusals } from "./refusals.js";
import type { Segment } from "./segment.js";
import type { SpoolConfig } from "./spool-config.js";
import type { Spool } from "./spool.js";

export interface LoaderOptions {
  readonly spool: Spool;
  readonly sink: LoadSink;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly config: SpoolConfig;
}

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
  return {
    get failure() {
      return worker.failure;
    },
    stop: async () => {
      const limit = new AbortController();
      const drain = async (): Promise<void> => {
        await worker.stop();
        await spool.seal();
        while (!limit.signal.aborted && (await loader.loadOldest()));
      };
      // A failure leaves the rest in the spool, where the next start finds it.
      const drained = drain().catch((error: unknown) => {
        logger.warn({ err: error }, "the rest of the spool is loaded at the next start");
      });
      await Promise.race([drained, clock.sleep(config.stop_timeout, limit.signal)]);
      limit.abort();
    },
  };
}

class SegmentLoader {
  readonly #options: LoaderOptions;
  readonly #telemetry: LoaderTelemetry;
  /** Tokens of the oldest segment that are done, so that a retry goes on where it was. */
  #done = new Set<string>();
  #segment = "";

  constructor(options: LoaderOptions) {
    this.#options = options;
    this.#telemetry = loaderTelemetry(options.meter);
  }

  /** Loads and removes one segment. Answers false when there was none. */
  async loadOldest(): Promise<boolean> {
    const { spool, config } = this.#options;
    const [segment] = await spool.closedSegments();
    if (segment === undefined) return false;
    if (segment.name !== this.#segment) {
      this.#segment = segment.name;
      this.#done = new Set();
    }
    const refusals = new Refusals(spool.directory, segment.name);
    const limits = { size: config.load_size, rows: config.load_rows };
    for (const part of planLoads(segment.name, await spool.read(segment), limits)) {
      await this.#load(segment, part, refusals);
    }
    await spool.remove(segment);
    await refusals.forget();
    return true;
  }

  async #load(segment: Segment, part: Part, refusals: Refusals): Promise<void> {
    const load = loadOf(part);
    if (this.#done.has(load.token)) return;
    const refusal = (await refusals.reason(load.token)) ?? (await this.#try(load));
    if (refusal !== undefined) {
      await refusals.add(load.token, refusal);
      const smaller = halves(part);
      if (smaller === undefined) await this.#bury(segment, part, refusal);
      else for (const half of smaller) await this.#load(segment, half, refusals);
    }
    this.#done.add(load.token);
  }

  /** Sends a load. Answers the reason when the store refuses it; throws when it may pass later. */
  async #try(load: ReturnType<typeof loadOf>): Promise<string | undefined> {
    try {
      await this.#options.sink.load(load);
    } catch (error) {
      if (error instanceof CalibrantError && error.code === "STORE_REFUSED") return error.message;
      this.#telemetry.retries.add(1, { table: load.table });
      throw error;
    }
    this.#telemetry.rows.add(load.rows, { table: load.table });
    this.#telemetry.bytes.add(load.bytes.length, { table: load.table });
    return undefined;
  }

  async #bury(segment: Segment, part: Part, reason: string): Promise<void> {
    const { spool, logger } = this.#options;
    const { table, format, rows, token, bytes } = loadOf(part);
    logger.error({ table, rows, deadLetter: token, reason }, "rows went to the dead letters");
    await spool.deadLetters.write({
      name: token,
      bytes,
      kind: format === "Native" ? "native" : "jsonl",
      reason,
      segment: segment.name,
      table,
      day: part.day,
      rows,
    });
    this.#telemetry.deadLetteredRows.add(rows, { table });
  }
}
