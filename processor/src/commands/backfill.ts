import { createHash } from "node:crypto";
import Table from "cli-table3";
import type { Command } from "commander";
import { loadConfig, type Config } from "../config.js";
import {
  markTurn,
  pricesOf,
  runBackfill,
  type BackfillResult,
} from "../interactions/interactions.js";
import { systemClock } from "../kernel/clock.js";
import { CalibrantError } from "../kernel/errors.js";
import { createLogger } from "../kernel/logger.js";
import { createCursorStore } from "../store/cursors.js";
import { createInteractionWriter } from "../store/interaction-writer.js";
import { migrate } from "../store/migrations.js";
import { checkRawTables } from "../store/raw-tables.js";
import { createSpanHistory } from "../store/span-history.js";
import { createTraceReader } from "../store/trace-reader.js";
import { toMoment, type Moment } from "./moment.js";
import { openStore } from "./open-store.js";
import { createProgressBar } from "./progress-bar.js";
import { stopSignal } from "./signals.js";
import type { Terminal } from "./terminal.js";
import { version } from "./version.js";

interface BackfillCommandOptions {
  readonly since: Moment;
  readonly until?: Moment;
  readonly service?: string;
  readonly config?: string;
  readonly dataDir?: string;
  readonly json?: true;
}

/** `calibrant backfill`: interactions again from raw spans. */
export function addBackfillCommand(program: Command, terminal: Terminal): void {
  program
    .command("backfill")
    .description("derive interactions again from the raw spans of a range of time")
    .requiredOption("--since <time>", "2026-11-24T08:00:00Z, or how long ago, such as 7d", toMoment)
    .option("--until <time>", "the same; without it until now", toMoment)
    .option("--service <name>", "only traces with spans of this service")
    .option("--config <file>", "configuration file of the service (YAML)")
    .option("--data-dir <folder>", "data folder of the service")
    .option("--json", "print the result as JSON")
    .action((options: BackfillCommandOptions) => backfill(program, options, terminal));
}

async function backfill(
  program: Command,
  options: BackfillCommandOptions,
  terminal: Terminal,
): Promise<void> {
  const config = loadConfig(options.config);
  const clock = systemClock;
  const logger = createLogger(config.service.telemetry.logs.level === "silent" ? "silent" : "warn");
  const range = { start: options.since.time, end: options.until?.time ?? clock.now() };
  if (range.start >= range.end) {
    program.error("error: --since is not before --until");
  }
  const signal = stopSignal();
  const bar = createProgressBar(process.stderr.isTTY ? process.stderr : undefined, clock, "traces");
  const store = await openStore(config, options.dataDir ?? config.service.data_dir, logger);
  let result: BackfillResult;
  try {
    const { client, alone } = store;
    const { cluster, raw_days: rawDays, own_days: ownDays } = config.exporters.clickhouse;
    await checkRawTables(client, "read");
    await migrate({ client, cluster, rawDays, ownDays });
    result = await runBackfill({
      history: createSpanHistory(client),
      reader: createTraceReader(client),
      writer: createInteractionWriter(client, clock, markTurn),
      cursors: createCursorStore(client),
      config: config.processors.interactions,
      prices: pricesOf(config.processors.interactions),
      logger,
      clock,
      signal,
      range,
      service: options.service,
      alone,
      name: nameOf(options, config),
      report: ({ done, all, at }) => bar.show(done, all, new Date(at).toISOString().slice(0, 16)),
    });
  } finally {
    bar.end();
    await store.close();
  }
  terminal.print(
    options.json ? JSON.stringify(described(options, range, result)) : tableOf(result),
  );
  complain(result);
}

/** @throws CalibrantError BACKFILL_INCOMPLETE */
function complain({ finished, traces_failed: failed }: BackfillResult): void {
  if (!finished) {
    throw new CalibrantError(
      "BACKFILL_INCOMPLETE",
      "stopped before the end: the same command goes on from there",
      { retryable: true },
    );
  }
  if (failed > 0) {
    throw new CalibrantError(
      "BACKFILL_INCOMPLETE",
      `${failed} traces could not be derived; the lines above name them and say why`,
    );
  }
}

/** The same range with the same version and prices is the same work, which may be gone on with. */
function nameOf({ since, until, service }: BackfillCommandOptions, config: Config): string {
  const { prices, content_limit } = config.processors.interactions;
  const work = [since.text, until?.text, service, version, prices, content_limit];
  return `backfill ${createHash("sha256").update(JSON.stringify(work)).digest("hex")}`;
}

function described(
  { service }: BackfillCommandOptions,
  range: { readonly start: number; readonly end: number },
  result: BackfillResult,
): object {
  return {
    since: timeText(range.start),
    until: timeText(range.end),
    service: service ?? null,
    ...result,
    resumed_at: result.resumed_at === null ? null : timeText(result.resumed_at),
  };
}

function tableOf(result: BackfillResult): string {
  const table = new Table({ style: { head: [], border: [], compact: true } });
  table.push(
    ["traces read", result.traces],
    ["interactions added", result.interactions_added],
    ["interactions revised", result.interactions_revised],
    ["calls without a price", result.unpriced_calls],
    ["traces left to the service", result.left_to_the_service],
    ["traces failed", result.traces_failed],
  );
  const resumed =
    result.resumed_at === null
      ? ""
      : `gone on from ${timeText(result.resumed_at)}, where it had been stopped\n`;
  return `${resumed}${table.toString()}`;
}

function timeText(time: number): string {
  return new Date(time).toISOString();
}
