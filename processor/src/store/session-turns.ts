import type { Interaction, TurnMarks } from "../model/interaction.js";
import { turnTextLimit, type TurnText } from "../model/ports.js";
import { CalibrantError } from "../kernel/errors.js";
import type { StoreClient } from "./client.js";
import { betweenTimes } from "./stored-revisions.js";
import { stringList } from "./string-list.js";

/** The place of a turn and its marks. */
export type TurnPlace = Pick<Interaction, "turn_index"> & TurnMarks;

/** A stored turn without its texts. */
export interface StoredTurn extends TurnPlace {
  readonly interactionId: string;
  readonly traceId: string;
  readonly service: string;
  readonly session: string;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
}

/** Where turns of a session may have changed. */
export interface ChangedSession {
  readonly service: string;
  readonly session: string;
  /** Nothing has changed before this time; milliseconds since the Unix epoch. */
  readonly since: number;
}

/** A session that rests longer begins anew, so that no look-up reads everything that is stored. */
const longestRest = 30 * 86_400_000;

/** Turns that may follow a late one in its session; the places of those beyond are left as they are. */
const mostFollowing = 10_000;

/** Each session's turns from the changed ones on, and the one before them; oldest first. */
export async function readTurns(
  client: StoreClient,
  sessions: readonly ChangedSession[],
): Promise<StoredTurn[]> {
  const keys = sessions.map(({ service, session }) => `${service}\0${session}`);
  const starts = sessions.map(({ since }) => since);
  const turns = `SELECT interaction_id AS interactionId, trace_id AS traceId,
            service_name AS service, session_id AS session, revision,
            toUnixTimestamp64Milli(started_at) AS startedAt,
            turn_index, is_rephrase, is_correction, is_follow_up,
            transform(concat(service, '\\0', session), ${array(keys)}, [${starts.join(", ")}], toInt64(-1)) AS since
     FROM calibrant.interactions
     WHERE service_name IN ${stringList([...new Set(sessions.map(({ service }) => service))])}
       AND session_id IN ${stringList([...new Set(sessions.map(({ session }) => session))])}
       ${betweenTimes(starts, [Infinity], longestRest)}`;
  const rows = await client.query<Omit<StoredTurn, "startedAt"> & { startedAt: string }>(
    `SELECT * EXCEPT (revision, since) FROM (
       SELECT * FROM (
         SELECT * FROM (${turns}) WHERE since >= 0 AND startedAt >= since
         ORDER BY startedAt, interactionId, revision DESC
         LIMIT 1 BY interactionId
       )
       ORDER BY startedAt, interactionId
       LIMIT ${mostFollowing} BY service, session
       UNION ALL
       SELECT last.1, last.2, service, session, last.3, last.4, last.5, last.6, last.7, last.8, last.9
       FROM (
         SELECT service, session, argMax(
             (interactionId, traceId, revision, startedAt, turn_index, is_rephrase, is_correction, is_follow_up, since),
             (startedAt, interactionId, revision)
           ) AS last
         FROM (${turns}) WHERE startedAt < since
         GROUP BY service, session
       )
     )
     ORDER BY startedAt, interactionId`,
  );
  return rows.map((row) => ({ ...row, startedAt: Number(row.startedAt) }));
}

/** What is compared of stored turns, by interaction. */
export async function readTurnTexts(
  client: StoreClient,
  turns: readonly StoredTurn[],
): Promise<ReadonlyMap<string, TurnText>> {
  if (turns.length === 0) return new Map();
  const times = turns.map(({ startedAt }) => startedAt);
  const rows = await client.query<TurnText & { id: string }>(
    `SELECT interaction_id AS id, ${cut("input_text")} AS input_text, ${cut("output_text")} AS output_text
     FROM calibrant.interactions AS t
     WHERE service_name IN ${stringList([...new Set(turns.map(({ service }) => service))])}
       AND interaction_id IN ${stringList(turns.map(({ interactionId }) => interactionId))}
       ${betweenTimes(times, times, 0)}
     ORDER BY revision DESC
     LIMIT 1 BY interaction_id`,
  );
  return new Map(rows.map(({ id, ...text }) => [id, text]));
}

/** Changes places and marks in place: neither a revision nor a reason to evaluate again. */
export async function updateTurns(
  client: StoreClient,
  turns: readonly StoredTurn[],
): Promise<void> {
  if (turns.length === 0) return;
  const marked = (mark: keyof TurnMarks): string => {
    const ids = turns.filter((turn) => turn[mark]).map(({ interactionId }) => interactionId);
    return `${mark} = ${ids.length === 0 ? "false" : `interaction_id IN ${stringList(ids)}`}`;
  };
  const ids = turns.map(({ interactionId }) => interactionId);
  const places = turns.map(({ turn_index }) => `toUInt32(${turn_index})`).join(", ");
  const times = turns.map(({ startedAt }) => startedAt);
  const change = `turn_index = transform(interaction_id, ${array(ids)}, [${places}], turn_index),
    ${marked("is_rephrase")}, ${marked("is_correction")}, ${marked("is_follow_up")}
    WHERE interaction_id IN ${stringList(ids)}${betweenTimes(times, times, 0)}`;
  try {
    await client.command(`UPDATE calibrant.interactions SET ${change}`);
  } catch (error) {
    if (!(error instanceof CalibrantError) || error.retryable) throw error;
    await client.command(
      `ALTER TABLE calibrant.interactions UPDATE ${change}`,
      {},
      { mutations_sync: 2 },
    );
  }
}

function cut(column: string): string {
  return `substringUTF8(t.${column}, 1, ${turnTextLimit})`;
}

function array(values: readonly string[]): string {
  return `[${stringList(values).slice(1, -1)}]`;
}
