import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import Table from "cli-table3";
import { measureBacklog, type Backlog } from "./backlog.js";
import { measureBudget, type BudgetRun } from "./budget.js";
import { measureChecks, type CheckSpeed } from "./check-speed.js";
import { measureDecode, type DecodeSpeed } from "./decode-speed.js";
import { measureEndToEnd, type EndToEnd } from "./end-to-end.js";
import { measureHungJudges, type HungJudges } from "./hung-judges.js";
import { measureInstrumentation, asked, type InstrumentationCost } from "./instrumentation.js";
import { measureJudges, measureJudgesOnStore, type JudgeSpeed } from "./judges.js";
import { measureSustained, type Sustained } from "./sustained.js";
import { measureVerdictLatency, type VerdictLatency } from "./verdict-latency.js";

/**
 * `npm run bench` measures everything and writes test/bench/results.json; `npm run bench -- decode`
 * (or `end-to-end`, `sustained`, `backlog`, `instrumentation`, `judges`, `hung-judges`, `verdict-latency`, `checks`,
 * `budget`) measures one part and only prints it.
 */
const parts = [
  "decode",
  "end-to-end",
  "sustained",
  "backlog",
  "instrumentation",
  "judges",
  "hung-judges",
  "verdict-latency",
  "checks",
  "budget",
] as const;
const wanted = process.argv[2];
if (wanted !== undefined && !parts.some((part) => part === wanted)) {
  process.stderr.write(`there is no part "${wanted}": choose one of ${parts.join(", ")}\n`);
  process.exit(2);
}
const resultsFile = new URL("../../results.json", import.meta.url);
const isWanted = (part: (typeof parts)[number]): boolean => wanted === undefined || wanted === part;

const decode: DecodeSpeed[] = [];
const endToEnd: EndToEnd[] = [];
const sustained: Sustained[] = [];
const backlog: Backlog[] = [];
const instrumentation: InstrumentationCost[] = [];
const judges: JudgeSpeed[] = [];
const hungJudges: HungJudges[] = [];
const verdictLatency: VerdictLatency[] = [];
const checks: CheckSpeed[] = [];
const budget: BudgetRun[] = [];

if (isWanted("decode")) {
  for (const spanSize of [1_024, 1_200, 4_096]) {
    progress(`decode and encode, spans of ${spanSize} bytes`);
    decode.push(measureDecode(spanSize));
  }
  table(
    "Decode and encode, one thread, per CPU-second",
    decode.map(({ spanBytes, calibrant, usual, ratio }) => ({
      "bytes a span": whole(spanBytes),
      "Calibrant, spans": whole(calibrant.spansPerCpuSecond),
      "Calibrant, MB": whole(calibrant.megabytesPerCpuSecond),
      "protobufjs and JSON rows, spans": whole(usual.spansPerCpuSecond),
      ratio: ratio.toFixed(2),
    })),
  );
}
if (isWanted("end-to-end")) {
  for (const spanSize of [1_024, 4_096]) {
    progress(`end to end, spans of ${spanSize} bytes`);
    endToEnd.push(await measureEndToEnd(spanSize, 200_000, 3));
  }
  table(
    "Received to queryable, per CPU-second of service and embedded store",
    endToEnd.map(({ spanBytes, calibrant, usual, ratio }) => ({
      "bytes a span": whole(spanBytes),
      "Calibrant, spans": whole(calibrant.spansPerCpuSecond),
      "usual pipeline, spans": whole(usual.spansPerCpuSecond),
      ratio: ratio.toFixed(2),
      "Calibrant, service and store µs/span": perSpan(calibrant),
      "usual, service and store µs/span": perSpan(usual),
    })),
  );
}
if (isWanted("sustained")) {
  for (const [rate, seconds] of [
    [10_000, 30],
    [40_000, 60],
  ] as const) {
    progress(`${rate} spans of 1,200 bytes a second for ${seconds} s`);
    sustained.push(await measureSustained(1_200, rate, seconds));
  }
  table(
    "Steady load, spans of 1,200 bytes",
    sustained.map((run) => ({
      "sent a second": run.rate,
      "acknowledged a second": whole(run.acknowledgedPerSecond),
      "refused requests": run.refusedRequests,
      "p50, ms": whole(run.latencyMedian),
      "p99, ms": whole(run.latency99),
      "queryable after at most, s": run.longestUntilQueryable.toFixed(1),
      "service, MB": whole(run.serviceMegabytes),
      "store, MB": whole(run.storeMegabytes),
    })),
  );
}
if (isWanted("backlog")) {
  progress("a backlog of 100,000 interactions");
  backlog.push(await measureBacklog(100_000, progress));
  table(
    "Backlog, interactions assembled and stored",
    backlog.map((run) => ({
      interactions: whole(run.interactions),
      spans: whole(run.spans),
      "per CPU-second of the service": whole(run.interactionsPerCpuSecond),
      "per second": whole(run.interactionsPerSecond),
      "service, store CPU s": `${run.serviceCpuSeconds.toFixed(1)}, ${run.storeCpuSeconds.toFixed(1)}`,
      "JSON.parse CPU s": run.jsonParseCpuSeconds.toFixed(1),
      ratio: run.ratio.toFixed(1),
      "service, store MB": `${whole(run.serviceMegabytes)}, ${whole(run.storeMegabytes)}`,
      "lag, s": run.longestLag.toFixed(1),
    })),
  );
}
if (isWanted("budget")) {
  progress("500 simulated days with a budget");
  const run = await measureBudget(500);
  budget.push(run);
  const [least, mean, most] = run.spent.map((part) => `${(part * 100).toFixed(2)}%`);
  table("Simulated days, ten times the traffic for half an hour to two hours", [
    {
      days: run.days,
      "interactions a day": whole(run.interactions),
      "verdicts a day": whole(run.verdicts),
      "spent of the budget": `${least} to ${most}, mean ${mean}`,
      "days within 3%": run.withinTolerance,
      "hours without a verdict": run.hoursWithoutCoverage,
      "days whose interval covers": `${(run.covered * 100).toFixed(1)}%`,
      "bias, unweighted": `${run.meanError.toFixed(4)}, ${run.meanNaiveError.toFixed(4)}`,
    },
  ]);
}
if (isWanted("instrumentation")) {
  progress("calls of a model's client without and with the instrumentation");
  instrumentation.push(...(await measureInstrumentation()));
  table(
    `Instrumentation, one call of the openai client (asked: less than ${asked.ratio * 100} % and ${asked.addedLatency} ms)`,
    instrumentation.map((cost) => ({
      call: cost.call,
      content: cost.content ? "recorded" : "not recorded",
      "CPU without, µs": whole(cost.plainCpu),
      "bare span, µs": whole(cost.spanCpu),
      "CPU added, µs": whole(cost.addedCpu),
      "CPU added, %": `${percent(cost.ratio)} (${cost.ratioInterval.map(percent).join(" to ")})`,
      "export, µs": whole(cost.exportCpu),
      "latency without, ms": cost.plainLatency.toFixed(2),
      "latency added, ms": cost.addedLatency.toFixed(3),
      "first piece later by, ms": cost.addedFirstPiece.toFixed(3),
    })),
  );
}
if (isWanted("judges")) {
  for (const [latency, inFlight, verdicts] of [
    [0, 64, 5_000],
    [1_000, 256, 10_240],
  ] as const) {
    progress(`${verdicts} verdicts of a model that takes ${latency} ms`);
    judges.push(await measureJudges(latency, inFlight, verdicts));
  }
  progress("5,000 verdicts from the store to the store");
  judges.push(await measureJudgesOnStore(0, 64, 5_000));
  table(
    "Judges, one call for each verdict, the model in another process",
    judges.map((run) => ({
      ledger: run.ledger,
      "latency of the model, ms": whole(run.latency),
      "calls in flight": whole(run.inFlight),
      verdicts: whole(run.verdicts),
      "verdicts a second": whole(run.verdictsPerSecond),
      "verdicts per CPU-second": whole(run.verdictsPerCpuSecond),
    })),
  );
}
if (isWanted("hung-judges")) {
  progress("the ingest without judges and with judges that never answer");
  const run = await measureHungJudges(3, 20);
  hungJudges.push(run);
  table(
    `Acknowledgement at ${run.rate} spans a second with interactions and checks, medians of ${run.rounds} rounds (asked: p99 within 10 %)`,
    [
      { judges: "none", ...run.withoutJudges, ratio: "" },
      {
        judges: `hung, ${whole(run.hungCalls)} calls`,
        ...run.hungJudges,
        ratio: `${run.ratio.toFixed(2)} (${run.ratios.map((ratio) => ratio.toFixed(2)).join(", ")})`,
      },
    ].map((row) => ({
      judges: row.judges,
      "p50, ms": row.latencyMedian.toFixed(1),
      "p99, ms": row.latency99.toFixed(1),
      "ratio of p99": row.ratio,
      "refused requests": row.refusedRequests,
      interactions: whole(row.interactions),
      "lines of evaluators": whole(row.evaluations),
    })),
  );
}
if (isWanted("verdict-latency")) {
  progress("from the end of a span to its score");
  const run = await measureVerdictLatency(500, 20, 30);
  verdictLatency.push(run);
  const step = (name: keyof VerdictLatency["steps"]): string =>
    run.steps[name].map(whole).join(", ");
  table("From the end of a span until its score can be read (asked: p95 of at most 2,000 ms)", [
    {
      interactions: whole(run.interactions),
      "judge, settle, ms": `${run.judge}, ${run.settle}`,
      "beyond them p50, p95, ms": `${whole(run.overheadMedian)}, ${whole(run.overhead95)}`,
      "span to store": step("spanToStore"),
      "store to interaction": step("storeToInteraction"),
      "interaction to verdict": step("interactionToVerdict"),
      "verdict to readable": step("verdictToReadable"),
    },
  ]);
}
if (isWanted("checks")) {
  progress("evaluations of each check");
  checks.push(...(await measureChecks()));
  table(
    "Checks, evaluations per CPU-second of one thread",
    checks.map(({ check, evaluationsPerCpuSecond }) => ({
      check,
      "evaluations per CPU-second": whole(evaluationsPerCpuSecond),
    })),
  );
}
if (wanted === undefined) {
  const results = { machine: machine(), measuredAt: new Date().toISOString() };
  const figures = {
    decode,
    endToEnd,
    sustained,
    backlog,
    instrumentation,
    judges,
    hungJudges,
    verdictLatency,
    checks,
    budget,
  };
  writeFileSync(resultsFile, `${JSON.stringify({ ...results, ...figures }, null, 2)}\n`);
  process.stdout.write("\nwritten to test/bench/results.json\n");
}

function machine(): Record<string, unknown> {
  const [cpu] = os.cpus();
  return {
    cpu: cpu?.model,
    cores: os.cpus().length,
    memoryGigabytes: Math.round(os.totalmem() / 1024 ** 3),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim(),
    loadAverage: Number(readFileSync("/proc/loadavg", "utf8").split(" ")[0]),
  };
}

function perSpan(figure: EndToEnd["calibrant"]): string {
  const total = figure.serviceCpuSeconds + figure.storeCpuSeconds;
  const each = 1e6 / figure.spansPerCpuSecond / total;
  return `${(figure.serviceCpuSeconds * each).toFixed(1)} and ${(figure.storeCpuSeconds * each).toFixed(1)}`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

function percent(ratio: number): string {
  return (ratio * 100).toFixed(1);
}

function progress(doing: string): void {
  process.stderr.write(`measuring: ${doing} ...\n`);
}

function table(title: string, rows: readonly Readonly<Record<string, string | number>>[]): void {
  const shown = new Table({ head: Object.keys(rows[0] ?? {}), style: { head: [], border: [] } });
  for (const row of rows) shown.push(Object.values(row));
  process.stdout.write(`\n${title}\n${shown.toString()}\n`);
}
