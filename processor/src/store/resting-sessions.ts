import type { Replica } from "../model/replica.js";
import { storeTime, type StoreClient } from "./client.js";
import { judgedFrom, readQueue, type Stretch } from "./queue-stretches.js";
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
  const own = `AND session_id != '' ${replicaPart(replica, "service_name, session_id")}`;
  const { found: resting, now } = await readQueue(client, {
    since,
    limit,
    where: `${own} AND revised_at <= now64(3) - toIntervalMillisecond({idle:UInt64})`,
    parameters: { idle: Math.ceil(idle) },
    read: (stretch, left) => readPart(client, evaluators, stretch, left, own),
  });
  return { resting, now };
}

/** A session belongs to the stretch that its last revision lies in: it is found once. */
async function readPart(
  client: StoreClient,
  evaluators: readonly string[],
  { from, until, earliest }: Stretch,
  limit: number,
  own: string,
): Promise<RestingSession[]> {
  const touched = `FROM calibrant.interactions
    WHERE revised_at >= {from:DateTime64(3)} AND revised_at <= {until:DateTime64(3)} ${own}`;
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
      judged: judgedFrom(earliest),
      limit,
    },
  );
  return rows.map(({ started, revised, ...row }) => ({
    ...row,
    startedAt: Number(started),
    revisedAt: Number(revised),
  }));
}
