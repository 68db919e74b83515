/**
 * A process that fills a spool without pause: `node spool-writer.mjs DIRECTORY PREFIX`. It writes a
 * line `ready`, then the identifier of each append when it has been acknowledged.
 */
import { writeSync } from "node:fs";
import { metrics } from "@opentelemetry/api";
import { systemClock } from "#processor/kernel/clock.js";
import { createLogger } from "#processor/kernel/logger.js";
import { spoolConfig } from "#processor/spool/spool-config.js";
import { openSpool } from "#processor/spool/spool.js";

const [, , directory, prefix] = process.argv;

const spool = await openSpool({
  directory,
  sinks: ["store"],
  clock: systemClock,
  logger: createLogger("silent"),
  meter: metrics.getMeter("test"),
  // Small segments, so that many kills fall into the change from one to the next.
  config: spoolConfig.parse({ segment_size: 20_000 }),
});
writeSync(1, "ready\n");

const block = (id) => ({
  table: "calibrant.feedback",
  format: "JSONEachRow",
  day: "2026-11-24",
  rows: 1,
  bytes: Buffer.from(`{"feedback_id":"${id}"}\n`),
});

const write = async (lane) => {
  for (let turn = 0; ; turn++) {
    const id = `${prefix}.${lane}.${turn}`;
    await spool.append([block(id), block(`${id}.second`)]);
    writeSync(1, `${id}\n`);
  }
};

await Promise.all(Array.from({ length: 8 }, (_, lane) => write(lane)));
