import type { PendingInteraction } from "../model/ports.js";
import { storeTime, type StoreClient } from "./client.js";
import { readPending } from "./pending-interactions.js";

export interface PastRange {
  /** Milliseconds since the Unix epoch. */
  readonly since: number;
  /** Undefined for all services. */
  readonly service: string | undefined;
  /** At most so many, drawn evenly: the same ones each time. */
  readonly limit: number;
}

/** Interactions that began since then, as evaluators see them. */
export async function readPastInteractions(
  client: StoreClient,
  { since, service, limit }: PastRange,
): Promise<PendingInteraction[]> {
  const rows = await client.query<{ id: string; revised: string; earliest: string }>(
    `SELECT interaction_id AS id, toUnixTimestamp64Milli(max(revised_at)) AS revised,
            toUnixTimestamp64Milli(min(revised_at)) AS earliest
     FROM calibrant.interactions
     WHERE started_at >= {since:DateTime64(3)}
       AND ({service:String} = '' OR service_name = {service:String})
     GROUP BY interaction_id
     ORDER BY cityHash64(interaction_id)
     LIMIT {limit:UInt32}`,
    { since: storeTime(since), service: service ?? "", limit },
  );
  const earliest = Math.min(...rows.map((row) => Number(row.earliest)));
  const lacking = rows.map(({ id, revised }) => ({
    interactionId: id,
    revisedAt: Number(revised),
    missing: [],
  }));
  const pending = lacking.length === 0 ? [] : await readPending(client, lacking, earliest);
  return pending.map(({ interaction }) => interaction);
}
