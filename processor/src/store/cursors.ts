import type { CursorStore } from "../model/ports.js";
import { storeTime, type StoreClient } from "./client.js";

/** Cursors in the store itself: whoever continues the walk finds them where the data is. */
export function createCursorStore(client: StoreClient): CursorStore {
  return {
    read: async (name) => {
      const [row] = await client.query<{ position: string }>(
        `SELECT toUnixTimestamp64Milli(argMax(position, (written_at, position))) AS position
         FROM calibrant.cursors WHERE name = {name:String} GROUP BY name`,
        { name },
      );
      return row === undefined ? undefined : Number(row.position);
    },
    readAll: async (prefix) => {
      const rows = await client.query<{ name: string; position: string }>(
        `SELECT name, toUnixTimestamp64Milli(argMax(position, (written_at, position))) AS position
         FROM calibrant.cursors WHERE startsWith(name, {prefix:String}) GROUP BY name`,
        { prefix },
      );
      return new Map(rows.map(({ name, position }) => [name, Number(position)]));
    },
    write: async (name, position) => {
      await client.insert("calibrant.cursors", [{ name, position: storeTime(position) }]);
    },
  };
}
