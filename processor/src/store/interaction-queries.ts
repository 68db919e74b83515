import type { InteractionQueries } from "../model/ports.js";
import type { StoreClient } from "./client.js";
import { readDetail } from "./interaction-detail.js";
import { readRecent } from "./interaction-list.js";

/** What the web pages read. Every query is bounded in time and in rows, and long texts are cut. */
export function createInteractionQueries(client: StoreClient): InteractionQueries {
  return {
    recent: (options) => readRecent(client, options),
    detail: (interactionId) => readDetail(client, interactionId),
    services: async () => {
      const rows = await client.query<{ service_name: string }>(
        `SELECT DISTINCT service_name FROM calibrant.interactions
         WHERE started_at > now() - INTERVAL 30 DAY ORDER BY service_name LIMIT 1000`,
      );
      return rows.map((row) => row.service_name);
    },
  };
}
