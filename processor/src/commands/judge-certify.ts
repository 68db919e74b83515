import { writeFile } from "node:fs/promises";
import Table from "cli-table3";
import { InvalidArgumentError, type Command } from "commander";
import { loadConfig } from "../config.js";
import { certifyJudges, readTrialItems, type Certificate } from "../evaluate/evaluate.js";
import { judgePriceOf, pricesOf } from "../interactions/interactions.js";
import { systemClock } from "../kernel/clock.js";
import { clopperPearsonUpper } from "../kernel/statistics/proportion.js";
import { copiesText } from "./judge-table.js";
import { createProgressBar } from "./progress-bar.js";
import { samplesOption } from "./samples-option.js";
import { stopSignal } from "./signals.js";
import type { Terminal } from "./terminal.js";

interface CertifyOptions {
  readonly on: string;
  readonly models: readonly string[];
  readonly alpha: number;
  readonly delta: number;
  readonly out: string;
  readonly samples?: number;
  readonly config?: string;
  readonly json?: true;
}

/** `calibrant judge certify`: how sure each judge of a cascade has to be. */
export function addCertifyCommand(judge: Command, terminal: Terminal): void {
  judge
    .command("certify")
    .argument("<rubric>", "name of a rubric, or a rubric file (.yaml)")
    .description("find how sure each model of a cascade has to be, from labelled items")
    .requiredOption("--on <file>", "JSONL file of items, each with the label of an expert")
    .requiredOption(
      "--models <names>",
      "models of the configuration, the cheapest first: a,b",
      toNames,
    )
    .requiredOption("--out <file>", "where the certificate is written")
    .option("--alpha <share>", "share of wrong verdicts that is allowed", toShare, 0.1)
    .option("--delta <share>", "probability that more are wrong", toShare, 0.1)
    .addOption(samplesOption())
    .option("--config <file>", "configuration file of the service (YAML)")
    .option("--json", "print the certificate as JSON")
    .action((rubric: string, options: CertifyOptions) => certify(rubric, options, terminal));
}

async function certify(rubric: string, options: CertifyOptions, terminal: Terminal): Promise<void> {
  const { models, alpha, delta, out } = options;
  const config = loadConfig(options.config);
  const items = await readTrialItems(options.on);
  const stream = process.stderr.isTTY ? process.stderr : undefined;
  const bar = createProgressBar(stream, systemClock, "verdicts");
  let certificate: Certificate;
  try {
    certificate = await certifyJudges({
      config: config.processors.evaluate,
      rubric,
      models,
      samples: options.samples,
      alpha,
      delta,
      items,
      clock: systemClock,
      priceOf: judgePriceOf(pricesOf(config.processors.interactions)),
      signal: stopSignal(),
      onDone: (done) => bar.show(done, items.length * models.length, rubric),
    });
  } finally {
    bar.end();
  }
  await writeFile(out, `${JSON.stringify(certificate, null, 2)}\n`);
  terminal.print(options.json ? JSON.stringify(certificate, null, 2) : render(certificate, out));
}

function render(certificate: Certificate, file: string): string {
  const { evaluator, alpha, delta, labels, copies, stages } = certificate;
  const table = new Table({
    head: ["model", "reached", "stands from", "stood", "wrong", "at most wrong", "cost"],
    style: { head: [], border: [] },
  });
  for (const { model, reached, threshold, stood, wrong, cost_usd: cost } of stages) {
    const bound = clopperPearsonUpper(wrong, stood, delta / stages.length);
    table.push([
      model,
      String(reached),
      threshold === null ? "never" : `confidence ${threshold.toFixed(3)}`,
      String(stood),
      String(wrong),
      threshold === null ? "-" : `${(bound * 100).toFixed(1)}%`,
      cost === null ? "unknown" : `$${cost.toPrecision(2)}`,
    ]);
  }
  return [
    `${evaluator}: at least ${percent(1 - alpha)} of the verdicts that stand agree with the expert, except with probability ${percent(delta)} (${labels} labels)`,
    ...(copies === 0 ? [] : [copiesText(copies)]),
    table.toString(),
    savingText(certificate),
    `written to ${file}`,
  ].join("\n");
}

/** Against asking the last model about everything. */
function savingText({ stages, labels }: Certificate): string {
  const last = stages.at(-1);
  if (labels === 0 || last === undefined) return "saving unknown: there are no labels";
  const asked = stages.filter(({ reached }) => reached > 0);
  const unpriced = asked.find(({ cost_usd: cost }) => cost === null);
  if (unpriced !== undefined) return `saving unknown: ${unpriced.model} has no known cost`;
  if (last.cost_usd === null) {
    return `saving unknown: no item reached ${last.model}, so that it is not known what it costs`;
  }
  const spent = stages.reduce((sum, { reached, cost_usd: cost }) => sum + reached * (cost ?? 0), 0);
  const alone = labels * last.cost_usd;
  const share = alone === 0 ? 0 : 1 - spent / alone;
  return share >= 0
    ? `saves ${percent(share)} against asking ${last.model} alone`
    : `costs ${percent(-share)} more than asking ${last.model} alone: this cascade is of no use`;
}

function percent(share: number): string {
  return `${Math.round(share * 1_000) / 10}%`;
}

function toNames(text: string): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.length < 2 || names.includes("")) {
    throw new InvalidArgumentError("two names or more are expected, such as cheap,strong.");
  }
  return names;
}

function toShare(text: string): number {
  const share = Number(text);
  if (!(share > 0 && share < 1)) {
    throw new InvalidArgumentError("a number between 0 and 1 is expected.");
  }
  return share;
}
