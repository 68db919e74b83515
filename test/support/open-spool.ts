import { onTestFinished } from "vitest";
import { createLogger } from "#processor/kernel/logger.js";
import { spoolConfig, type SpoolConfig } from "#processor/spool/spool-config.js";
import { openSpool, type Spool, type SpoolOptions } from "#processor/spool/spool.js";
import { heldClock } from "./held-clock.js";
import { recordMetrics } from "./recorded-metrics.js";

export type SpoolSettings = Partial<Omit<SpoolOptions, "config">> & {
  readonly config?: Partial<SpoolConfig>;
};

/** The one sink of a spool that a test opens. */
export const testSink = "store";

/** A spool with a clock that stands still; closed when the test has finished. */
export async function testSpool(directory: string, settings: SpoolSettings = {}): Promise<Spool> {
  const spool = await openSpool({
    sinks: [testSink],
    clock: heldClock(),
    logger: createLogger("silent"),
    meter: recordMetrics().meter,
    ...settings,
    directory,
    config: spoolConfig.parse(settings.config ?? {}),
  });
  onTestFinished(() => spool.close());
  return spool;
}
