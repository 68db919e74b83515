import { createNoopMeter, type Meter } from "@opentelemetry/api";
import { startForward } from "#processor/forward/forward.js";
import { forwardConfig } from "#processor/forward/forward-config.js";
import { systemClock, type Clock } from "#processor/kernel/clock.js";
import { createLogger } from "#processor/kernel/logger.js";
import type { Worker } from "#processor/kernel/worker.js";
import type { CursorStore, ForwardLedger } from "#processor/model/ports.js";
import { createCursorStore } from "#processor/store/cursors.js";
import { createForwardLedger } from "#processor/store/forward-ledger.js";
import type { TestStore } from "./store.js";
import { startVerdictSink, type VerdictSink } from "./verdict-sink.js";

export interface ForwardSetup {
  readonly ledger?: ForwardLedger;
  readonly cursors?: CursorStore;
  readonly meter?: Meter;
  readonly clock?: Clock;
  readonly logger?: ReturnType<typeof createLogger>;
}

/** Receivers and forwarding of one test, ended with it. */
export interface ForwardBench {
  sink(port?: number): Promise<VerdictSink>;
  /** @param endpoints settings by name; what a test does not say is quick */
  start(endpoints: Readonly<Record<string, object>>, setup?: ForwardSetup): Worker;
  end(): Promise<void>;
}

export function forwardBench(store: () => TestStore): ForwardBench {
  const cleanups: (() => Promise<void>)[] = [];
  return {
    sink: async (port) => {
      const sink = await startVerdictSink(port);
      cleanups.push(() => sink.close());
      return sink;
    },
    start: (endpoints, setup = {}) => {
      const quick = { poll_interval: 20, since: "2020-01-01T00:00:00Z" };
      const named = Object.entries(endpoints).map(([name, more]) => [name, { ...quick, ...more }]);
      const worker = startForward({
        ledger: createForwardLedger(store().client),
        cursors: createCursorStore(store().client),
        endpoints: forwardConfig.parse(Object.fromEntries(named)),
        meter: createNoopMeter(),
        logger: createLogger("silent"),
        clock: systemClock,
        version: "1.2.3",
        ...setup,
      });
      cleanups.push(() => worker.stop());
      return worker;
    },
    end: async () => {
      for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
    },
  };
}
