import type { CanaryStore } from "../model/ports.js";
import type { StoreClient } from "./client.js";

/** Trials of judges: their lines in the ledger, and what was expected in `calibrant.canary_items`. */
export function createCanaryStore(client: StoreClient): CanaryStore {
  return {
    judged: async (evaluator, version, period) => {
      const rows = await client.query<{ trial: string }>(
        `SELECT DISTINCT concat(interaction_id, ' ', stage) AS trial
         FROM calibrant.evaluations
         WHERE kind = 'canary' AND evaluator = {evaluator:String} AND service_name = ''
           AND evaluated_at >= parseDateTime64BestEffort({period:String}, 3, 'UTC')
           AND evaluator_version = {version:String} AND session_id = {period:String}`,
        { evaluator, version, period },
      );
      return rows.map(({ trial }) => trial);
    },
    define: async (evaluator, expectations) => {
      const rows = expectations.map((expectation) => ({ evaluator, ...expectation }));
      await client.insert("calibrant.canary_items", rows);
    },
  };
}
