import type { JudgeBatch, JudgeBatchStore } from "../model/ports.js";
import { storeTime, type StoreClient } from "./client.js";

/** Batches of judges in `calibrant.judge_batches`. */
export function createJudgeBatchStore(client: StoreClient): JudgeBatchStore {
  return {
    save: async (batch) => {
      const row = { ...batch, submitted_at: storeTime(batch.submitted_at) };
      await client.insert("calibrant.judge_batches", [row]);
    },
    read: async (model, origin, since) => {
      const rows = await client.query<JudgeBatch>(
        `SELECT id, model, origin, file_id,
           -- The row with the provider's name is the later one, even in the same millisecond.
           max(b.batch_id) AS batch_id,
           toFloat64(toUnixTimestamp64Milli(min(b.submitted_at))) AS submitted_at,
           any(b.pairs) AS pairs
         FROM calibrant.judge_batches AS b
         WHERE model = {model:String} AND origin = {origin:String}
           AND b.submitted_at >= fromUnixTimestamp64Milli({since:Int64})
         GROUP BY id, model, origin, file_id
         ORDER BY submitted_at`,
        { model, origin, since: Math.floor(since) },
      );
      return rows;
    },
  };
}
