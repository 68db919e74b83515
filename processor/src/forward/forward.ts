import type { Meter } from "@opentelemetry/api";
import type { Clock } from "../kernel/clock.js";
import type { Logger } from "../kernel/logger.js";
import { startWorker, type Worker } from "../kernel/worker.js";
import type { CursorStore, ForwardLedger } from "../model/ports.js";
import type { ForwardConfig } from "./forward-config.js";
import { createForwardMetrics } from "./forward-metrics.js";
import { createEndpoint } from "./otlp/endpoint.js";
import { createStream } from "./stream/stream.js";

export interface ForwardOptions {
  readonly ledger: ForwardLedger;
  readonly cursors: CursorStore;
  /** The endpoints by name. */
  readonly endpoints: ForwardConfig;
  readonly meter: Meter;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Of Calibrant. */
  readonly version: string;
}

/** Milliseconds that requests under way have left when everything is to stop. */
const lastRequests = 2_000;

/**
 * Sends evaluations on to other systems, in the order in which they were stored, each at least once:
 * one stream for each endpoint and signal, with a place of its own. `failure` tells of the store
 * only: an endpoint that is down is no reason to call this service unready.
 * @throws CalibrantError CONFIG_INVALID when the file of an authority cannot be read
 */
export function startForward(options: ForwardOptions): Worker {
  const { endpoints, meter, logger, clock } = options;
  const metrics = createForwardMetrics(meter);
  const ending = new AbortController();
  const parts = Object.entries(endpoints).flatMap(([name, config]) =>
    [...new Set(config.signals)].map((signal) => {
      const endpoint = createEndpoint(config, signal, `exporters.${name}`);
      const stream = createStream({
        ...options,
        metrics,
        endpoint,
        name,
        signal,
        config,
        ending: ending.signal,
      });
      return { endpoint, stream, idleDelay: config.poll_interval };
    }),
  );
  const hide = metrics.show(parts.map(({ stream }) => stream));
  const workers = parts.map(({ stream, idleDelay }) =>
    startWorker({
      name: stream.name,
      clock,
      logger,
      idleDelay,
      round: (signal) => stream.round(signal),
    }),
  );

  return {
    stop: async () => {
      const stopped = new AbortController();
      const patience = clock.sleep(lastRequests, stopped.signal).then(() => ending.abort());
      await Promise.all(workers.map((worker) => worker.stop()));
      stopped.abort();
      await patience;
      hide();
      for (const { endpoint, stream } of parts) {
        endpoint.close();
        await stream.save().catch((error: unknown) => {
          logger.warn({ err: error, stream: stream.name }, "the place of a stream was not saved");
        });
      }
    },
    get failure() {
      return workers.find(({ failure }) => failure !== undefined)?.failure;
    },
  };
}
