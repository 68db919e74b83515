import type { Replica } from "../model/replica.js";
import { storeTime, type StoreClient } from "./client.js";
import { replicaPart } from "./replica-part.js";

/** An interaction without a line for some evaluators. */
export interface Lacking {
  readonly interactionId: string;
  /** Store clock, milliseconds. */
  readonly revisedAt: number;
  readonly missing: readonly string[];
}

/** Interactions that are compared with the ledger at once. */
const stretch = 20_000;

/**
 * An interaction is evaluated after it began. The day in hand is for applications whose clocks
 * are ahead of ours: only with one that is further ahead, and a revision that comes later than a
 * day, could an earlier line be missed.
 */
const clockSpread = 86_400_000;

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
  const lacking: Lacking[] = [];
  let now: number | undefined;
  for (let from = since; ;) {
    const part = await readStretch(client, from, own);
    now ??= part.now;
    if (part.rows === 0) return { lacking, now };
    lacking.push(...(await readPart(client, evaluators, from, part, limit - lacking.length, own)));
    if (lacking.length >= limit || part.rows < stretch) return { lacking, now };
    from = part.until + 1;
  }
}

/** A piece of the queue. */
interface Stretch {
  readonly rows: number;
  /** Revision time of its last interaction, inclusive. */
  readonly until: number;
  /** When the first of its interactions began. */
  readonly earliest: number;
  readonly now: number;
}

async function readStretch(client: StoreClient, from: number, own: string): Promise<Stretch> {
  const [row] = await client.query<Record<keyof Stretch, string>>(
    `SELECT count() AS rows,
            toUnixTimestamp64Milli(max(revised_at)) AS until,
            toUnixTimestamp64Milli(min(least(started_at, revised_at))) AS earliest,
            toUnixTimestamp64Milli(now64(3)) AS now
     FROM (
       SELECT revised_at, started_at FROM calibrant.interactions
       WHERE revised_at >= {from:DateTime64(3)} ${own}
       ORDER BY revised_at
       LIMIT {stretch:UInt32} WITH TIES
     )`,
    { from: storeTime(from), stretch },
  );
  const { rows = 0, until = 0, earliest = 0, now = 0 } = row ?? {};
  return {
    rows: Number(rows),
    until: Number(until),
    earliest: Number(earliest),
    now: Number(now),
  };
}

async function readPart(
  client: StoreClient,
  evaluators: readonly string[],
  from: number,
  { until, earliest }: Stretch,
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
      earliest: storeTime(Math.max(0, earliest - clockSpread)),
      limit,
    },
  );
  return rows.map(({ id, revised, missing }) => ({
    interactionId: id,
    revisedAt: Number(revised),
    missing,
  }));
}
