import type { CascadeCertificates } from "../model/ports.js";
import { storeTime, type StoreClient } from "./client.js";

/** What was certified of cascades, in `calibrant.cascade_certificates`. */
export function createCascadeCertificates(client: StoreClient): CascadeCertificates {
  return {
    define: async (cascades) => {
      const rows = cascades.map(({ certified_at: at, ...cascade }) => ({
        ...cascade,
        certified_at: storeTime(at),
      }));
      await client.insert("calibrant.cascade_certificates", rows);
    },
  };
}
