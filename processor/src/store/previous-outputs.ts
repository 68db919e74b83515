import type { Interaction } from "../model/interaction.js";
import { storeTime, type StoreClient } from "./client.js";
import { shortened } from "./shortened.js";
import { stringList } from "./string-list.js";

type Turn = Pick<Interaction, "interaction_id" | "session_id" | "started_at">;

const day = 86_400_000;
/** Characters of an output that are compared. */
const longestText = 50_000;

/**
 * The outputs of the turns before these in their sessions, by interaction. Two steps, so that the
 * texts of a long session are not read to find one of them.
 */
export async function readPreviousOutputs(
  client: StoreClient,
  turns: readonly Turn[],
): Promise<ReadonlyMap<string, string>> {
  const inSessions = turns.filter(({ session_id }) => session_id !== "");
  if (inSessions.length === 0) return new Map();
  const previous = await readPreviousIds(client, inSessions);
  if (previous.size === 0) return new Map();
  const outputs = await readOutputs(client, [...new Set(previous.values())], inSessions);
  return new Map(
    [...previous].map(([id, previousId]) => [id, outputs.get(previousId) ?? ""] as const),
  );
}

async function readPreviousIds(
  client: StoreClient,
  turns: readonly Turn[],
): Promise<ReadonlyMap<string, string>> {
  const ids = stringList(turns.map(({ interaction_id }) => interaction_id));
  const sessions = stringList([...new Set(turns.map(({ session_id }) => session_id))]);
  const rows = await client.query<{ id: string; previous: string }>(
    `SELECT turn.id AS id, earlier.id AS previous
     FROM (
       SELECT interaction_id AS id, service_name, session_id, started_at
       FROM calibrant.interactions
       WHERE started_at >= {first:DateTime64(3)} AND started_at <= {last:DateTime64(3)}
         AND interaction_id IN ${ids}
       ORDER BY revision DESC
       LIMIT 1 BY interaction_id
     ) AS turn
     ASOF INNER JOIN (
       SELECT interaction_id AS id, service_name, session_id, started_at
       FROM calibrant.interactions
       WHERE started_at >= {before:DateTime64(3)} AND started_at <= {last:DateTime64(3)}
         AND session_id IN ${sessions}
     ) AS earlier
     ON turn.service_name = earlier.service_name
       AND turn.session_id = earlier.session_id
       AND turn.started_at > earlier.started_at
     WHERE earlier.started_at >= turn.started_at - toIntervalDay(1)`,
    boundsOf(turns),
  );
  return new Map(rows.map(({ id, previous }) => [id, previous]));
}

async function readOutputs(
  client: StoreClient,
  ids: readonly string[],
  turns: readonly Turn[],
): Promise<ReadonlyMap<string, string>> {
  const { before, last } = boundsOf(turns);
  const rows = await client.query<{ id: string; output: string }>(
    `SELECT interaction_id AS id, ${shortened("output_text", longestText)} AS output
     FROM calibrant.interactions
     WHERE started_at >= {before:DateTime64(3)} AND started_at <= {last:DateTime64(3)}
       AND interaction_id IN ${stringList(ids)}
     ORDER BY revision DESC
     LIMIT 1 BY interaction_id`,
    { before, last },
  );
  return new Map(rows.map(({ id, output }) => [id, output]));
}

function boundsOf(turns: readonly Turn[]) {
  const times = turns.map(({ started_at }) => started_at);
  const first = Math.min(...times);
  return {
    before: storeTime(Math.max(0, first - day)),
    first: storeTime(first),
    last: storeTime(Math.max(...times)),
  };
}
