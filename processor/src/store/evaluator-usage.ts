import type { EvaluatorUsage } from "../model/ports.js";
import { storeTime, type StoreClient } from "./client.js";
import { fromWire, type WireRow } from "./wire-row.js";

const wide = ["at", "eligible", "verdicts", "unknown_cost"] as const;

/** What judges did, by evaluator and step of time. A line that is there twice was paid for twice. */
export async function readUsage(
  client: StoreClient,
  from: number,
  until: number,
  step: number,
): Promise<EvaluatorUsage[]> {
  const rows = await client.query<WireRow<EvaluatorUsage, (typeof wide)[number]>>(
    `SELECT
       evaluator,
       intDiv(toUnixTimestamp64Milli(evaluated_at), {step:UInt64}) * {step:UInt64} AS at,
       countIf(kind = 'llm') AS eligible,
       countIf(outcome IN ('scored', 'failed')) AS verdicts,
       ifNull(sum(cost_usd), 0) AS cost_usd,
       countIf(outcome IN ('scored', 'failed') AND isNull(e.cost_usd)) AS unknown_cost
     FROM calibrant.evaluations AS e
     WHERE evaluated_at >= {from:DateTime64(3)} AND evaluated_at < {until:DateTime64(3)}
       AND kind IN ('llm', 'canary') AND (outcome != 'skipped' OR isNotNull(e.cost_usd))
     GROUP BY evaluator, at`,
    { from: storeTime(from), until: storeTime(until), step },
  );
  return rows.map((row) => fromWire<EvaluatorUsage, (typeof wide)[number]>(row, wide));
}
