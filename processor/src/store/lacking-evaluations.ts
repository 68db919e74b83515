import type { Replica } from "../model/replica.js";
import { storeTime, type StoreClient } from "./client.js";
import { judgedFrom, readQueue, type Stretch } from "./queue-stretches.js";
import { replicaPart } from "./replica-part.js";

/** An interaction without a line for some evaluators. */
export interface Lacking {
  readonly interactionId: string;
  /** Store clock, milliseconds. */
  readonly revisedAt: number;
  readonly missing: readonly string[];
}

/**
 * The interactions of this replica's traces revised at or after `since` that lack a line about what they are now for
 * at least one of the evaluators, oldest revision first, and the store's time. Reads narrow columns only.
 */
export async function readLacking(
  client: StoreClient,
  evaluators: readonly string[],
  since: number,
  limit: number,
  replica: Replica,
): Promise<{ readonly lacking: Lacking[]; readonly now: number }> {
  const own = replicaPart(replica, "trace_id");
  const { found: lacking, now } = await readQueue(client, {
    since,
    limit,
    where: own,
    read: (stretch, left) => readPart(client, evaluators, stretch, left, own),
  });
  return { lacking, now };
}

async function readPart(
  client: StoreClient,
  evaluators: readonly string[],
  { from, until, earliest }: Stretch,
  limit: number,
  own: string,
): Promise<Lacking[]> {
  const rows = await client.query<{ id: string; revised: string; missing: string[] }>(
    `SELECT candidate.id AS id,
            toUnixTimestamp64Milli(candidate.revised) AS revised,
            arrayFilter(
              name -> NOT hasAny(answered.lines, [(name, candidate.material), (name, toUInt64(0))]),
              {evaluators:Array(String)}
            ) AS missing
     FROM (
       SELECT interaction_id AS id, max(revised_at) AS revised, argMax(i.material, i.revision) AS material
       FROM calibrant.interactions AS i
       WHERE revised_at >= {from:DateTime64(3)} AND revised_at <= {until:DateTime64(3)} ${own}
       GROUP BY interaction_id
     ) AS candidate
     LEFT JOIN (
       SELECT interaction_id AS id, groupUniqArray((toString(evaluator), e.material)) AS lines
       FROM calibrant.evaluations AS e
       WHERE evaluator IN {evaluators:Array(String)}
         AND evaluated_at >= {earliest:DateTime64(3)}
         AND interaction_id IN (
           SELECT interaction_id FROM calibrant.interactions
           WHERE revised_at >= {from:DateTime64(3)} AND revised_at <= {until:DateTime64(3)} ${own}
         )
       GROUP BY interaction_id
     ) AS answered ON answered.id = candidate.id
     WHERE notEmpty(missing)
     ORDER BY candidate.revised, candidate.id
     LIMIT {limit:UInt32}`,
    {
      evaluators,
      from: storeTime(from),
      until: storeTime(until),
      earliest: judgedFrom(earliest),
      limit,
    },
  );
  return rows.map(({ id, revised, missing }) => ({
    interactionId: id,
    revisedAt: Number(revised),
    missing,
  }));
}
