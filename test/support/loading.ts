import { onTestFinished } from "vitest";
import { systemClock } from "#processor/kernel/clock.js";
import { createLogger } from "#processor/kernel/logger.js";
import type { Worker } from "#processor/kernel/worker.js";
import type { LoadSink } from "#processor/model/ports.js";
import { startLoader } from "#processor/spool/loader.js";
import { spoolConfig, type SpoolConfig } from "#processor/spool/spool-config.js";
import type { Spool } from "#processor/spool/spool.js";
import { testSink, testSpool } from "./open-spool.js";
import { recordMetrics, type RecordedMetrics } from "./recorded-metrics.js";
import { temporaryFolder } from "./temporary-folder.js";
import { until } from "./until.js";

export interface Loading {
  readonly spool: Spool;
  readonly metrics: RecordedMetrics;
  /** Starts a loader, which stops when the test has finished. */
  readonly start: (sink: LoadSink, config?: Partial<SpoolConfig>) => Worker;
}

/** A spool with the loaders that the test starts on it. */
export async function loading(
  directory?: string,
  settings: Partial<SpoolConfig> = {},
): Promise<Loading> {
  const spool = await testSpool(directory ?? (await temporaryFolder()), {
    clock: systemClock,
    config: settings,
  });
  const metrics = recordMetrics();
  return {
    spool,
    metrics,
    start: (sink, config = {}) => {
      const loader = startLoader({
        spool,
        sink,
        sinkName: testSink,
        clock: systemClock,
        logger: createLogger("silent"),
        meter: metrics.meter,
        config: spoolConfig.parse({
          poll_interval: 5,
          stop_timeout: 2_000,
          ...settings,
          ...config,
        }),
      });
      onTestFinished(() => loader.stop());
      return loader;
    },
  };
}

export async function emptied(spool: Spool): Promise<void> {
  await until("the spool to be empty", () => spool.state().segments === 0);
}
