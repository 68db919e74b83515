import type { Interaction } from "../model/interaction.js";
import type { PendingEvaluations, PendingInteraction } from "../model/ports.js";
import { byHalves } from "./by-halves.js";
import { storeTime, type StoreClient } from "./client.js";
import type { Lacking } from "./lacking-evaluations.js";
import { readPreviousOutputs } from "./previous-outputs.js";
import { shortened } from "./shortened.js";
import { stringList } from "./string-list.js";
import { readToolUses } from "./tool-uses.js";
import { fromWire, type WireRow } from "./wire-row.js";

const wide = [
  "started_at",
  "arrived_at",
  "input_tokens",
  "output_tokens",
  "cache_read_tokens",
  "reasoning_tokens",
] as const;

/** Characters of a text that evaluators get: as many as a judge can be told to look at. */
const longestText = 50_000;
const mostDocuments = 50;
/** Rows read at once, so that a statement and its answer stay well below what a store allows. */
const batch = 250;

type StoredInteraction = Interaction & Pick<PendingInteraction, "material">;

/** The rows of the interactions, in the same order; one that is gone by now is left out. */
export async function readPending(
  client: StoreClient,
  lacking: readonly Lacking[],
  since: number,
): Promise<PendingEvaluations[]> {
  const found: PendingEvaluations[] = [];
  for (let at = 0; at < lacking.length; at += batch) {
    const wanted = lacking.slice(at, at + batch);
    const ids = wanted.map(({ interactionId }) => interactionId);
    const interactions = await readInteractions(client, ids, since);
    const read = [...interactions.values()];
    const previous = await readPreviousOutputs(client, read);
    const toolUses = await readToolUses(client, read);
    for (const { interactionId, revisedAt, missing } of wanted) {
      const row = interactions.get(interactionId);
      if (row === undefined) continue;
      const previous_output = previous.get(interactionId) ?? "";
      const tool_uses = toolUses.get(interactionId) ?? [];
      const interaction = { ...row, previous_output, tool_uses };
      found.push({ interaction, revisedAt, missing });
    }
  }
  return found;
}

async function readInteractions(
  client: StoreClient,
  ids: readonly string[],
  since: number,
): Promise<ReadonlyMap<string, StoredInteraction>> {
  return await byHalves(ids, (some) => readTogether(client, some, since));
}

async function readTogether(
  client: StoreClient,
  ids: readonly string[],
  since: number,
): Promise<ReadonlyMap<string, StoredInteraction>> {
  const rows = await client.query<WireRow<StoredInteraction, (typeof wide)[number]>>(
    `SELECT * EXCEPT (revised_at, revision, content_hash) REPLACE (
       toString(material) AS material,
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
         AND interaction_id IN ${stringList(ids)}
       ORDER BY revision DESC
       LIMIT 1 BY interaction_id
     )`,
    { since: storeTime(since) },
  );
  return new Map(
    rows.map((row) => [
      row.interaction_id,
      fromWire<StoredInteraction, (typeof wide)[number]>(row, wide),
    ]),
  );
}
