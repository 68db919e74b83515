import { createHash } from "node:crypto";
import type { Evaluation } from "../model/evaluation.js";
import type { EvaluationLedger } from "../model/ports.js";
import { onlyReplica, type Replica } from "../model/replica.js";
import { storeTime, type StoreClient } from "./client.js";
import { readUsage } from "./evaluator-usage.js";
import { readLacking } from "./lacking-evaluations.js";
import { readPending } from "./pending-interactions.js";

/**
 * The ledger in `calibrant.evaluations`. What is pending is split among replicas by trace; usage is
 * that of all.
 */
export function createEvaluationLedger(
  client: StoreClient,
  replica: Replica = onlyReplica,
): EvaluationLedger {
  return {
    pending: async (evaluators, since, limit) => {
      const { lacking, now } = await readLacking(client, evaluators, since, limit, replica);
      return { pending: await readPending(client, lacking, since), storeTime: now };
    },
    append: async (evaluations) => {
      const rows = evaluations.map(toRow);
      const hash = createHash("sha256").update(JSON.stringify(rows)).digest("hex");
      await client.insert("calibrant.evaluations", rows, { token: `evaluations-${hash}` });
    },
    usage: (from, until, step) => readUsage(client, from, until, step),
  };
}

function toRow(evaluation: Evaluation): object {
  return { ...evaluation, evaluated_at: storeTime(evaluation.evaluated_at) };
}
