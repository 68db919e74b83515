import { createHash } from "node:crypto";
import type { Evaluation } from "../model/evaluation.js";
import type { EvaluationLedger } from "../model/ports.js";
import { storeTime, type StoreClient } from "./client.js";
import { readLacking } from "./lacking-evaluations.js";
import { readPending } from "./pending-interactions.js";

/** The ledger in `calibrant.evaluations`. */
export function createEvaluationLedger(client: StoreClient): EvaluationLedger {
  return {
    pending: async (evaluators, since, limit) => {
      const { lacking, now } = await readLacking(client, evaluators, since, limit);
      return { pending: await readPending(client, lacking, since), storeTime: now };
    },
    append: async (evaluations) => {
      const rows = evaluations.map(toRow);
      const hash = createHash("sha256").update(JSON.stringify(rows)).digest("hex");
      await client.insert("calibrant.evaluations", rows, { token: `evaluations-${hash}` });
    },
    spend: async (since) => {
      const [row] = await client.query<{ spent: number | null; paid: string }>(
        `SELECT sum(cost_usd) AS spent, countIf(cost_usd > 0) AS paid
         FROM (
           SELECT cost_usd FROM calibrant.evaluations
           WHERE evaluated_at >= {since:DateTime64(3)} AND kind IN ('llm', 'canary')
         )`,
        { since: storeTime(since) },
      );
      return { cost_usd: row?.spent ?? 0, paid: Number(row?.paid ?? 0) };
    },
  };
}

function toRow(evaluation: Evaluation): object {
  return { ...evaluation, evaluated_at: storeTime(evaluation.evaluated_at) };
}
