import type { Clock } from "../../kernel/clock.js";
import type { Logger } from "../../kernel/logger.js";
import { startWorker, type Worker } from "../../kernel/worker.js";
import type { CursorStore, EarlierSpans } from "../../model/ports.js";

export interface LookBackOptions {
  readonly earlier: EarlierSpans;
  readonly cursors: CursorStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds. */
  readonly lookBack: number;
  /** Milliseconds after which every insert is visible that was under way at the first start. */
  readonly overlap: number;
}

/** The name of its mark among the cursors. */
const markName = "look back";

/** Long enough to cost nothing: there is nothing to do after the first rounds. */
const idleDelay = 60_000;

/**
 * Takes in what a Collector stored before the first start, once for a store. It looks twice: an
 * insert that was under way when the views were attached is seen by neither them nor the first look.
 */
export function startLookBack(options: LookBackOptions): Worker {
  const { earlier, cursors, clock, logger, lookBack, overlap } = options;
  let isDone = false;
  return startWorker({
    name: "look back",
    clock,
    logger,
    idleDelay,
    round: async (signal) => {
      if (isDone) return false;
      if ((await cursors.read(markName)) === undefined) {
        const since = clock.now() - lookBack;
        await earlier.announce(since, clock.now());
        await clock.sleep(overlap, signal);
        if (signal.aborted) return false;
        await earlier.announce(since, clock.now());
        await cursors.write(markName, since);
      }
      isDone = true;
      return false;
    },
  });
}
