import Table from "cli-table3";
import { InvalidArgumentError, type Command } from "commander";
import { loadConfig, type Config } from "../config.js";
import { forecastMonth, type MonthForecast } from "../evaluate/sampling/month-forecast.js";
import { dayLength, periodAt } from "../evaluate/sampling/periods.js";
import { systemClock } from "../kernel/clock.js";
import { createLogger } from "../kernel/logger.js";
import type { EvaluatorUsage } from "../model/ports.js";
import { createEvaluationLedger } from "../store/evaluation-ledger.js";
import { readCoverage, type EvaluatorCoverage } from "../store/evaluator-coverage.js";
import { migrate } from "../store/migrations.js";
import { openStore } from "./open-store.js";
import type { Terminal } from "./terminal.js";

interface EvaluatorsOptions {
  readonly days: number;
  readonly config?: string;
  readonly dataDir?: string;
  readonly json?: true;
}

/** US dollars and counts of one evaluator, or of all. */
interface Spending {
  /** Over the days that are shown; null without a verdict. */
  readonly mean_cost_usd: number | null;
  readonly unknown_cost: number;
  readonly spent_today_usd: number;
  readonly spent_month_usd: number;
  readonly daily_budget_usd: number | null;
  readonly monthly_budget_usd: number | null;
  readonly month_forecast_usd: MonthForecast;
}

type Row = EvaluatorCoverage & Spending;

/** `calibrant evaluators`: what each evaluator did, and what it costs. */
export function addEvaluatorsCommand(program: Command, terminal: Terminal): void {
  program
    .command("evaluators")
    .description("show what each evaluator did, what it cost and what the month will cost")
    .option("--days <number>", "UTC days to count, today included", toDays, 7)
    .option("--config <file>", "configuration file of the service (YAML)")
    .option("--data-dir <folder>", "data folder of the service")
    .option("--json", "print JSON")
    .action(async (options: EvaluatorsOptions) => {
      const config = loadConfig(options.config);
      const { rows, all } = await read(options, config, systemClock.now());
      terminal.print(options.json ? JSON.stringify({ evaluators: rows, all }) : render(rows, all));
    });
}

async function read(
  { days, dataDir }: EvaluatorsOptions,
  config: Config,
  now: number,
): Promise<{ readonly rows: readonly Row[]; readonly all: Spending }> {
  const store = await openStore(config, dataDir ?? config.service.data_dir, createLogger("warn"));
  try {
    const { client } = store;
    const { cluster, raw_days: rawDays, own_days: ownDays } = config.exporters.clickhouse;
    await migrate({ client, cluster, rawDays, ownDays });
    const since = periodAt("day", now).start - (days - 1) * dayLength;
    const coverage = await readCoverage(client, since);
    const history = periodAt("day", now).start - 28 * dayLength;
    const from = Math.min(since, history, periodAt("month", now).start);
    const usage = await createEvaluationLedger(client).usage(from, now + dayLength, dayLength);
    const { evaluators, budget } = config.processors.evaluate;
    const rows = coverage.map((found) => ({
      ...found,
      ...spendingOf(
        usage.filter(({ evaluator }) => evaluator === found.evaluator),
        evaluators[found.evaluator]?.budget ?? { daily_usd: null, monthly_usd: null },
        since,
        now,
      ),
    }));
    return { rows, all: spendingOf(usage, budget, since, now) };
  } finally {
    await store.close();
  }
}

function spendingOf(
  usage: readonly EvaluatorUsage[],
  budget: { readonly daily_usd: number | null; readonly monthly_usd: number | null },
  since: number,
  now: number,
): Spending {
  const daily = new Map<number, number>();
  for (const { at, cost_usd } of usage) daily.set(at, (daily.get(at) ?? 0) + cost_usd);
  const shown = usage.filter(({ at }) => at >= since);
  const verdicts = sumOf(shown.map((row) => row.verdicts));
  const month = periodAt("month", now).start;
  const spent = sumOf(usage.filter(({ at }) => at >= month).map(({ cost_usd }) => cost_usd));
  return {
    mean_cost_usd: verdicts === 0 ? null : sumOf(shown.map(({ cost_usd }) => cost_usd)) / verdicts,
    unknown_cost: sumOf(shown.map(({ unknown_cost }) => unknown_cost)),
    spent_today_usd: daily.get(periodAt("day", now).start) ?? 0,
    spent_month_usd: spent,
    daily_budget_usd: budget.daily_usd,
    monthly_budget_usd: budget.monthly_usd,
    month_forecast_usd: forecastMonth(daily, spent, budget.monthly_usd, now),
  };
}

function render(rows: readonly Row[], all: Spending): string {
  if (rows.length === 0) return "no evaluator has answered in these days";
  const table = new Table({
    head: [
      "evaluator",
      "eligible",
      "scored",
      "sampled out",
      "over budget",
      "skipped",
      "failed",
      ...moneyHead,
    ],
    colAligns: ["left", ...Array.from({ length: 12 }, () => "right" as const)],
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) {
    const { eligible, scored, sampled_out, over_budget, skipped, failed } = row;
    const counts = [eligible, scored, sampled_out, over_budget, skipped, failed].map(String);
    table.push([row.evaluator, ...counts, ...moneyOf(row)]);
  }
  table.push(["all", "", "", "", "", "", "", ...moneyOf(all)]);
  return table.toString();
}

const moneyHead = [
  "mean cost",
  "unknown cost",
  "today",
  "month",
  "budget (day, month)",
  "month's forecast (95%)",
];

function moneyOf(spending: Spending): string[] {
  const { estimate, lower, upper } = spending.month_forecast_usd;
  const { daily_budget_usd: daily, monthly_budget_usd: monthly } = spending;
  return [
    dollars(spending.mean_cost_usd),
    String(spending.unknown_cost),
    dollars(spending.spent_today_usd),
    dollars(spending.spent_month_usd),
    daily === null && monthly === null ? "" : `${dollars(daily)}, ${dollars(monthly)}`,
    lower === null
      ? dollars(estimate)
      : `${dollars(estimate)} (${dollars(lower)} to ${dollars(upper)})`,
  ];
}

function dollars(amount: number | null): string {
  if (amount === null) return "-";
  return `$${amount !== 0 && Math.abs(amount) < 0.1 ? amount.toPrecision(2) : amount.toFixed(2)}`;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function toDays(text: string): number {
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1 || days > 400) {
    throw new InvalidArgumentError("write a whole number of days, 1 to 400");
  }
  return days;
}
