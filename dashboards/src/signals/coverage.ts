import { indented, ledgerLines, newestLines, notCanaries } from "./ledger.js";

/** What became of every interaction that an evaluator was to judge: nothing vanishes. */
export const outcomesOverTime = `SELECT
  $__timeInterval(started_at) AS time,
  countIf(outcome = 'scored') AS scored,
  countIf(outcome = 'sampled_out') AS sampled_out,
  countIf(outcome = 'over_budget') AS over_budget,
  countIf(outcome = 'skipped') AS skipped,
  countIf(outcome = 'failed') AS failed
FROM (
  ${indented(newestLines({ columns: ["started_at"], values: ["outcome"], where: [notCanaries] }), 2)}
)
GROUP BY time
ORDER BY time`;

/** The share of the ledger's lines that hold a score. */
export const coverage = `SELECT if(count() = 0, NULL, countIf(outcome = 'scored') / count()) AS coverage
FROM (
  ${indented(newestLines({ values: ["outcome"], where: [notCanaries] }), 2)}
)`;

/** US dollars. Every call is paid for, also one whose line a newer one replaces. */
export const judgeCost = `SELECT sumOrNull(judge_cost_usd) AS cost
FROM ${ledgerLines({})}`;
