import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { InvalidArgumentError, type Command } from "commander";
import { loadConfig, type Config } from "../config.js";
import {
  readTrialItems,
  summarise,
  tryJudge,
  type Trial,
  type TrialItem,
} from "../evaluate/evaluate.js";
import { judgePriceOf, pricesOf } from "../interactions/interactions.js";
import { systemClock } from "../kernel/clock.js";
import { CalibrantError } from "../kernel/errors.js";
import { createLogger } from "../kernel/logger.js";
import { readPastInteractions } from "../store/past-interactions.js";
import { addCertifyCommand } from "./judge-certify.js";
import { renderTrial } from "./judge-table.js";
import { toMoment, type Moment } from "./moment.js";
import { openStore } from "./open-store.js";
import { createProgressBar } from "./progress-bar.js";
import { samplesOption } from "./samples-option.js";
import { stopSignal } from "./signals.js";
import type { Terminal } from "./terminal.js";

interface TryOptions {
  readonly on?: string;
  readonly interactions?: number;
  readonly since: Moment;
  readonly service?: string;
  readonly model?: string;
  readonly samples?: number;
  readonly out?: string;
  readonly config?: string;
  readonly dataDir?: string;
  readonly json?: true;
}

/** `calibrant judge try`: a rubric over a file or past interactions, before it judges production. */
export function addJudgeCommands(program: Command, terminal: Terminal): void {
  const judge = program.command("judge").description("try judges before they judge production");
  addCertifyCommand(judge, terminal);
  judge
    .command("try")
    .argument("<rubric>", "name of a rubric, or a rubric file (.yaml)")
    .description(
      "run a rubric over labelled items or past interactions, and compare with the labels",
    )
    .option("--on <file>", "JSONL file of items, with a label where an expert gave one")
    .option("--interactions <count>", "past interactions instead of a file, drawn evenly", toCount)
    .option("--since <time>", "past interactions that began since then", toMoment, toMoment("7d"))
    .option("--service <name>", "past interactions of this service only")
    .option("--model <name>", "name of a model in the configuration; `default` when left out")
    .addOption(samplesOption())
    .option("--out <file>", "write what became of each item to this file, as JSONL")
    .option("--config <file>", "configuration file of the service (YAML)")
    .option("--data-dir <folder>", "data folder of the service, for past interactions")
    .option("--json", "print the result as JSON")
    .action((rubric: string, options: TryOptions) => tryRubric(program, rubric, options, terminal));
}

async function tryRubric(
  program: Command,
  rubric: string,
  options: TryOptions,
  terminal: Terminal,
): Promise<void> {
  if ((options.on === undefined) === (options.interactions === undefined)) {
    program.error("error: say --on FILE or --interactions COUNT, one of the two");
  }
  const config = loadConfig(options.config);
  const items = await itemsOf(options, config);
  const bar = createProgressBar(
    process.stderr.isTTY ? process.stderr : undefined,
    systemClock,
    "items",
  );
  let trial: Trial;
  try {
    trial = await tryJudge({
      config: config.processors.evaluate,
      rubric,
      model: options.model,
      samples: options.samples,
      items,
      clock: systemClock,
      signal: stopSignal(),
      priceOf: judgePriceOf(pricesOf(config.processors.interactions)),
      onDone: (done) => bar.show(done, items.length, rubric),
    });
  } finally {
    bar.end();
  }
  if (options.out !== undefined) await writeLines(options.out, trial);
  const summary = summarise(trial);
  terminal.print(options.json ? JSON.stringify(summary, null, 2) : renderTrial(summary));
  if (trial.lines.length + trial.copies < items.length) {
    throw new CalibrantError(
      "JUDGE_UNAVAILABLE",
      `stopped after ${trial.lines.length} of ${items.length - trial.copies} items`,
      { retryable: true },
    );
  }
}

async function itemsOf(options: TryOptions, config: Config): Promise<readonly TrialItem[]> {
  const { on, interactions: limit = 0, since, service } = options;
  if (on !== undefined) return await readTrialItems(on);
  const logger = createLogger(config.service.telemetry.logs.level === "silent" ? "silent" : "warn");
  const store = await openStore(config, options.dataDir ?? config.service.data_dir, logger);
  try {
    const range = { since: since.time, service, limit };
    const found = await readPastInteractions(store.client, range);
    return found.map((interaction) => ({ interaction, label: undefined }));
  } finally {
    await store.close();
  }
}

async function writeLines(file: string, { lines }: Trial): Promise<void> {
  const output = createWriteStream(file);
  for (const line of lines) output.write(`${JSON.stringify(line)}\n`);
  output.end();
  await once(output, "finish");
}

function toCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 100_000) {
    throw new InvalidArgumentError("a number from 1 to 100000 is expected.");
  }
  return count;
}
