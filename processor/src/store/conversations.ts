import type { ConversationTurn } from "../model/ports.js";
import { storeTime, type StoreClient } from "./client.js";
import type { RestingSession } from "./resting-sessions.js";
import { shortened } from "./shortened.js";
import { stringList } from "./string-list.js";

/**
 * Of a longer session these turns are read: the wish of the user, and what came of it. Other bounds
 * make other verdicts: with them, the judges' `promptRevision` changes.
 */
const firstTurns = 20;
const lastTurns = 40;
/** Characters of each text. */
const longestText = 4_000;
/** What began earlier before the last turn is another conversation, so that no look-up reads everything. */
const longestSession = 30 * 86_400_000;
/** Sessions read at once, so that a statement and its answer stay well below what a store allows. */
const batch = 16;

/** The turns of sessions up to their last turn, oldest first, by that turn. */
export async function readConversations(
  client: StoreClient,
  sessions: readonly RestingSession[],
): Promise<ReadonlyMap<string, readonly ConversationTurn[]>> {
  const found = new Map<string, readonly ConversationTurn[]>();
  for (let at = 0; at < sessions.length; at += batch) {
    const some = sessions.slice(at, at + batch);
    const outlines = await readOutlines(client, some);
    const texts = await readTexts(client, outlines);
    for (const { lastTurn, turns, ids } of outlines) {
      const shown = ids.flatMap((id) => {
        const text = texts.get(id);
        return text === undefined ? [] : [{ id, ...text }];
      });
      found.set(lastTurn, withGap(shown, turns - ids.length, ids[firstTurns]));
    }
  }
  return found;
}

/** Which turns of a session are read, and how many it has. */
interface Outline {
  readonly lastTurn: string;
  readonly turns: number;
  readonly ids: readonly string[];
  /** When the first and the last of them began, milliseconds. */
  readonly from: number;
  readonly to: number;
}

/** Keeps so few turns in memory that a session may have any number. */
async function readOutlines(
  client: StoreClient,
  sessions: readonly RestingSession[],
): Promise<Outline[]> {
  const rows = await client.query<{
    service: string;
    session: string;
    turns: string;
    ends: [string, string][];
  }>(
    `SELECT service_name AS service, session_id AS session,
            uniqExact(interaction_id) AS turns,
            arrayConcat(
              groupArraySorted(${firstTurns})((toUnixTimestamp64Milli(started_at), interaction_id)),
              arrayMap(
                turn -> (-turn.1, turn.2),
                groupArraySorted(${lastTurns})((-toUnixTimestamp64Milli(started_at), interaction_id))
              )
            ) AS ends
     FROM calibrant.interactions
     WHERE started_at >= {from:DateTime64(3)} AND started_at <= {to:DateTime64(3)}
       AND service_name IN ${stringList([...new Set(sessions.map(({ service }) => service))])}
       AND session_id IN ${stringList([...new Set(sessions.map(({ session }) => session))])}
     GROUP BY service_name, session_id`,
    boundsOf(sessions.map(({ startedAt }) => startedAt)),
  );
  return rows.flatMap(({ service, session, turns, ends }) => {
    const resting = sessions.find((one) => one.service === service && one.session === session);
    if (resting === undefined) return [];
    const starts = new Map(ends.map(([started, id]) => [id, Number(started)]));
    const ordered = [...starts].toSorted(
      ([id, start], [other, otherStart]) => start - otherStart || (id < other ? -1 : 1),
    );
    const ids = ordered.map(([id]) => id);
    const [from = 0, to = 0] = [ordered[0]?.[1], ordered.at(-1)?.[1]];
    return [{ lastTurn: resting.lastTurn, turns: Number(turns), ids, from, to }];
  });
}

function boundsOf(starts: readonly number[]): { readonly from: string; readonly to: string } {
  return {
    from: storeTime(Math.max(0, Math.min(...starts) - longestSession)),
    to: storeTime(Math.max(...starts)),
  };
}

type Texts = Pick<ConversationTurn, "user" | "assistant">;

async function readTexts(
  client: StoreClient,
  outlines: readonly Outline[],
): Promise<ReadonlyMap<string, Texts>> {
  const ids = outlines.flatMap((outline) => outline.ids);
  if (ids.length === 0) return new Map();
  const rows = await client.query<Texts & { id: string }>(
    `SELECT interaction_id AS id,
            ${shortened("input_text", longestText)} AS user,
            ${shortened("output_text", longestText)} AS assistant
     FROM calibrant.interactions
     WHERE started_at >= {from:DateTime64(3)} AND started_at <= {to:DateTime64(3)}
       AND interaction_id IN ${stringList(ids)}
     ORDER BY revision DESC
     LIMIT 1 BY interaction_id`,
    {
      from: storeTime(Math.min(...outlines.map(({ from }) => from))),
      to: storeTime(Math.max(...outlines.map(({ to }) => to))),
    },
  );
  return new Map(rows.map(({ id, ...texts }) => [id, texts]));
}

/** Says before the first of the last turns how many are missing. */
function withGap(
  turns: readonly (Texts & { readonly id: string })[],
  missing: number,
  firstOfLast: string | undefined,
): ConversationTurn[] {
  return turns.map(({ id, ...texts }) =>
    missing > 0 && id === firstOfLast ? { ...texts, left_out: missing } : texts,
  );
}
