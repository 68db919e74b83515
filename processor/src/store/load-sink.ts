import { CalibrantError } from "../kernel/errors.js";
import type { Load } from "../model/block.js";
import type { LoadSink } from "../model/ports.js";
import { insertSettings, type StoreClient, type StoreSettings } from "./client.js";
import { checkRawTables, type RawTableUse } from "./raw-tables.js";
import { clickHouseCode } from "./store-error.js";

/**
 * Refusals that are about the store and not about the rows: a table or column that is missing,
 * rights that are missing. They pass when somebody mends the store, so the rows must wait; as dead
 * letters they would be lost to it.
 */
const mendable: ReadonlySet<number> = new Set([
  16, // NO_SUCH_COLUMN_IN_TABLE
  60, // UNKNOWN_TABLE
  81, // UNKNOWN_DATABASE
  115, // UNKNOWN_SETTING
  164, // READONLY
  218, // TABLE_IS_DROPPED
  497, // ACCESS_DENIED
]);

/**
 * Stores loads once for a token, the rows of dependent materialized views included.
 * @param cluster empty for one server; on a cluster a load is stored when most replicas have it
 * @param rawTables whether loads go into them as well
 */
export function createLoadSink(
  client: StoreClient,
  cluster: string,
  rawTables: RawTableUse = "written",
): LoadSink {
  const quorum: StoreSettings = cluster === "" ? {} : { insert_quorum: "auto" };
  let ofVersion: StoreSettings | undefined;
  return {
    load: async ({ table, format, token, pieces }: Load) => {
      try {
        // A load does without them rather than wait for the answer of a store that is in trouble.
        ofVersion ??= await settingsOfVersion(client).catch(() => undefined);
        await client.insertRaw({
          table,
          format,
          pieces,
          settings: { ...(insertSettings(token) as StoreSettings), ...quorum, ...ofVersion },
        });
      } catch (error) {
        throw await waiting(client, error, rawTables);
      }
    },
  };
}

/** Indexes are left to the merges, which make them anyway, where the server knows that (24.6). */
async function settingsOfVersion(client: StoreClient): Promise<StoreSettings> {
  const known = await client.query<{ name: string }>(
    "SELECT name FROM system.settings WHERE name = 'materialize_skip_indexes_on_insert'",
  );
  return Object.fromEntries(known.map(({ name }) => [name, 0]));
}

/** The error as one to wait for, when it is about the store and not about the rows. */
async function waiting(
  client: StoreClient,
  error: unknown,
  rawTables: RawTableUse,
): Promise<unknown> {
  if (!(error instanceof CalibrantError) || error.retryable) return error;
  try {
    await checkRawTables(client, rawTables);
  } catch (schema) {
    return schema;
  }
  const code = clickHouseCode(error);
  if (code === undefined || !mendable.has(code)) return error;
  return new CalibrantError("STORE_UNAVAILABLE", error.message, { cause: error, retryable: true });
}
