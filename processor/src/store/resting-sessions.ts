import type { Replica } from "../model/replica.js";
import { storeTime, type StoreClient } from "./client.js";
import { replicaPart } from "./replica-part.js";

/** A session that rests, without a line for some evaluators at its last turn. */
export interface RestingSession {
  readonly service: string;
  readonly session: string;
  readonly lastTurn: string;
  /** When its last turn began, milliseconds. */
  readonly startedAt: number;
  /** Its last revision, store clock, milliseconds. */
  readonly revisedAt: number;
  readonly missing: readonly string[];
}

/** Turns that are looked at at once. */
const stretch = 20_000;

/** A turn is evaluated after it began; the day in hand is for applications whose clocks are ahead. */
const clockSpread = 86_400_000;

/**
 * Sessions of this replica whose last revision was at or after `since` and at least `idle` milliseconds ago, oldest
 * revision first, and the store's time. Reads narrow columns only, and of the sessions nothing that
 * began before the turns that were revised since.
 */
export async function readResting(
  client: StoreClient,
  evaluators: readonly string[],
  since: number,
  limit: number,
  idle: number,
  replica: Replica,
): Promise<{ readonly resting: RestingSession[]; readonly now: number }> {
  const own = replicaPart(replica, "service_name, session_id");
  const resting: RestingSession[] = [];
  let now: number | undefined;
  for (let from = since; ;) {
    const part = await readStretch(client, from, idle, own);
    now ??= part.now;
    if (part.rows === 0) return { resting, now };
    const left = limit - resting.length;
    resting.push(...(await readPart(client, evaluators, from, part, left, own)));
    if (resting.length >= limit || part.rows < stretch) return { resting, now };
    from = part.until + 1;
  }
}

/** A piece of the queue. */
interface Stretch {
  readonly rows: number;
  /** Revision time of its last turn, inclusive. */
  readonly until: number;
  /** When the first of its turns began. */
  readonly earliest: number;
  readonly now: number;
}

async function readStretch(
  client: StoreClient,
  from: number,
  idle: number,
  own: string,
): Promise<Stretch> {
  const [row] = await client.query<Record<keyof Stretch, string>>(
    `SELECT count() AS rows,
            toUnixTimestamp64Milli(max(revised_at)) AS until,
            toUnixTimestamp64Milli(min(started_at)) AS earliest,
            toUnixTimestamp64Milli(now64(3)) AS now
     FROM (
       SELECT revised_at, started_at FROM calibrant.interactions
       WHERE revised_at >= {from:DateTime64(3)}
         AND revised_at <= now64(3) - toIntervalMillisecond({idle:UInt64})
         AND session_id != '' ${own}
       ORDER BY revised_at
       LIMIT {stretch:UInt32} WITH TIES
     )`,
    { from: storeTime(from), idle: Math.ceil(idle), stretch },
  );
  const { rows = 0, until = 0, earliest = 0, now = 0 } = row ?? {};
  return {
    rows: Number(rows),
    until: Number(until),
    earliest: Number(earliest),
    now: Number(now),
  };
}

/** A session belongs to the stretch that its last revision lies in: it is found once. */
async function readPart(
  client: StoreClient,
  evaluators: readonly string[],
  from: number,
  { until, earliest }: Stretch,
  limit: number,
  own: string,
): Promise<RestingSession[]> {
  const touched = `FROM calibrant.interactions
    WHERE revised_at >= {from:DateTime64(3)} AND revised_at <= {until:DateTime64(3)}
      AND session_id != '' ${own}`;
  const rows = await client.query<
    Pick<RestingSession, "service" | "session" | "lastTurn" | "missing"> & {
      started: string;
      revised: string;
    }
  >(
    `SELECT turn.service AS service, turn.session AS session, turn.id AS lastTurn,
            toUnixTimestamp64Milli(turn.started) AS started,
            toUnixTimestamp64Milli(turn.revised) AS revised,
            arrayFilter(name -> NOT has(answered.names, name), {evaluators:Array(String)}) AS missing
     FROM (
       SELECT service_name AS service, session_id AS session,
              argMax(interaction_id, (started_at, interaction_id)) AS id,
              max(started_at) AS started,
              max(revised_at) AS revised
       FROM calibrant.interactions
       WHERE started_at >= {earliest:DateTime64(3)}
         AND (service_name, session_id) IN (SELECT service_name, session_id ${touched})
       GROUP BY service_name, session_id
       HAVING revised >= {from:DateTime64(3)} AND revised <= {until:DateTime64(3)}
     ) AS turn
     LEFT JOIN (
       SELECT interaction_id AS id, groupUniqArray(toString(evaluator)) AS names
       FROM calibrant.evaluations
       WHERE evaluator IN {evaluators:Array(String)}
         AND evaluated_at >= {judged:DateTime64(3)}
         AND session_id IN (SELECT session_id ${touched})
       GROUP BY interaction_id
     ) AS answered ON answered.id = turn.id
     WHERE notEmpty(missing)
     ORDER BY turn.revised, turn.id
     LIMIT {limit:UInt32}`,
    {
      evaluators,
      from: storeTime(from),
      until: storeTime(until),
      earliest: storeTime(Math.max(0, earliest)),
      judged: storeTime(Math.max(0, earliest - clockSpread)),
      limit,
    },
  );
  return rows.map(({ started, revised, ...row }) => ({
    ...row,
    startedAt: Number(started),
    revisedAt: Number(revised),
  }));
}
