import { backoff } from "./backoff.js";
import type { Clock } from "./clock.js";
import { messageOf } from "./errors.js";
import type { Logger } from "./logger.js";
import { createRest } from "./rest.js";

/** A loop that the house starts and stops. */
export interface Worker {
  /** Ends the loop after the round under way; resolves when it has ended. */
  stop(): Promise<void>;
  /** The message of the last failed round while rounds fail; undefined when the last one succeeded. */
  readonly failure: string | undefined;
}

/** A worker that can be told that there is something to do. */
export interface WakefulWorker extends Worker {
  /** Ends the rest under way, or the one after the round under way. */
  readonly wake: () => void;
}

export interface WorkerOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds to rest after a round that found nothing to do, asked after each if a function. */
  readonly idleDelay: number | (() => number);
  /** One round. Answers whether there may be more to do at once. */
  readonly round: (signal: AbortSignal) => Promise<boolean>;
}

/**
 * Runs rounds one after another until stopped. A round that throws is logged and tried again
 * after a growing delay: a worker never ends by itself.
 */
export function startWorker(options: WorkerOptions): WakefulWorker {
  const { name, clock, logger, idleDelay, round } = options;
  const stopping = new AbortController();
  const rest = createRest(clock);
  let failures = 0;
  let failure: string | undefined;

  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        const more = await round(stopping.signal);
        failures = 0;
        failure = undefined;
        const delay = typeof idleDelay === "number" ? idleDelay : idleDelay();
        await rest.take(more ? 0 : delay, stopping.signal);
      } catch (error) {
        if (stopping.signal.aborted) return;
        const delay = backoff(failures++);
        failure = messageOf(error);
        logger.warn(
          { worker: name, err: error, attempt: failures },
          `${name} failed; trying again`,
        );
        await clock.sleep(delay, stopping.signal);
      }
    }
  };

  const ended = loop();
  return {
    stop: async () => {
      stopping.abort();
      await ended;
    },
    wake: rest.end,
    get failure() {
      return failure;
    },
  };
}
