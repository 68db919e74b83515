import { storeTime, type StoreClient } from "./client.js";
import { fromWire, type WireRow } from "./wire-row.js";

/** What became of the interactions that one evaluator was asked about. */
export interface EvaluatorCoverage {
  readonly evaluator: string;
  readonly eligible: number;
  readonly scored: number;
  readonly failed: number;
  readonly sampled_out: number;
  readonly over_budget: number;
  readonly skipped: number;
  readonly not_eligible: number;
}

const counts = [
  "eligible",
  "scored",
  "failed",
  "sampled_out",
  "over_budget",
  "skipped",
  "not_eligible",
] as const;

/** Lines of the ledger since a time (milliseconds), the newest of each interaction and evaluator. */
export async function readCoverage(
  client: StoreClient,
  since: number,
): Promise<EvaluatorCoverage[]> {
  const rows = await client.query<WireRow<EvaluatorCoverage, (typeof counts)[number]>>(
    `SELECT
       name AS evaluator,
       countIf(NOT unmeant) AS eligible,
       countIf(outcome = 'scored') AS scored,
       countIf(outcome = 'failed') AS failed,
       countIf(outcome = 'sampled_out') AS sampled_out,
       countIf(outcome = 'over_budget') AS over_budget,
       countIf(outcome = 'skipped' AND NOT unmeant) AS skipped,
       countIf(unmeant) AS not_eligible
     FROM (
       SELECT
         toString(e.evaluator) AS name,
         argMax(toString(e.outcome), (e.evaluated_at, e.written_at)) AS outcome,
         argMax(startsWith(e.reason, 'not eligible: '), (e.evaluated_at, e.written_at)) AS unmeant
       FROM calibrant.evaluations AS e
       WHERE e.evaluated_at >= {since:DateTime64(3)} AND e.kind IN ('llm', 'code')
       GROUP BY e.interaction_id, e.evaluator
     )
     GROUP BY evaluator
     ORDER BY evaluator`,
    { since: storeTime(since) },
  );
  return rows.map((row) => fromWire<EvaluatorCoverage, (typeof counts)[number]>(row, counts));
}
