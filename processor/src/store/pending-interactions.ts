import type { Interaction } from "../model/interaction.js";
import type { PendingEvaluations } from "../model/ports.js";
import { storeTime, type StoreClient } from "./client.js";
import type { Lacking } from "./lacking-evaluations.js";
import { readPreviousOutputs } from "./previous-outputs.js";
import { shortened } from "./shortened.js";
import { stringList } from "./string-list.js";
import { fromWire, type WireRow } from "./wire-row.js";

const wide = [
  "started_at",
  "arrived_at",
  "input_tokens",
  "output_tokens",
  "cache_read_tokens",
  "reasoning_tokens",
] as const;

/** Characters of a text that evaluators get: more than any of them looks at. */
const longestText = 200_000;
const mostDocuments = 200;
/** Rows read at once, so that the list of ids stays well below the largest statement. */
const batch = 1_000;

/** The rows of the interactions, in the same order; one that is gone by now is left out. */
export async function readPending(
  client: StoreClient,
  lacking: readonly Lacking[],
  since: number,
): Promise<PendingEvaluations[]> {
  const found: PendingEvaluations[] = [];
  for (let at = 0; at < lacking.length; at += batch) {
    const wanted = lacking.slice(at, at + batch);
    const interactions = await readInteractions(client, wanted, since);
    const previous = await readPreviousOutputs(client, [...interactions.values()]);
    for (const { interactionId, revisedAt, missing } of wanted) {
      const row = interactions.get(interactionId);
      if (row === undefined) continue;
      const previous_output = previous.get(interactionId) ?? "";
      found.push({ interaction: { ...row, previous_output }, revisedAt, missing });
    }
  }
  return found;
}

async function readInteractions(
  client: StoreClient,
  wanted: readonly Lacking[],
  since: number,
): Promise<ReadonlyMap<string, Interaction>> {
  const rows = await client.query<WireRow<Interaction, (typeof wide)[number]>>(
    `SELECT * EXCEPT (revised_at, revision, content_hash) REPLACE (
       toUnixTimestamp64Milli(started_at) AS started_at,
       toUnixTimestamp64Milli(arrived_at) AS arrived_at,
       ${shortened("input_text", longestText)} AS input_text,
       ${shortened("output_text", longestText)} AS output_text,
       ${shortened("system_text", longestText)} AS system_text,
       arrayMap(
         document -> ${shortened("document", longestText)},
         arraySlice(context, 1, ${mostDocuments})
       ) AS context
     )
     FROM (
       SELECT * FROM calibrant.interactions
       WHERE revised_at >= {since:DateTime64(3)}
         AND interaction_id IN ${stringList(wanted.map(({ interactionId }) => interactionId))}
       ORDER BY revision DESC
       LIMIT 1 BY interaction_id
     )`,
    { since: storeTime(since) },
  );
  return new Map(
    rows.map((row) => [
      row.interaction_id,
      fromWire<Interaction, (typeof wide)[number]>(row, wide),
    ]),
  );
}
