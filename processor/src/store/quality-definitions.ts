import type { QualityDefinitions } from "../model/ports.js";
import type { QualityPart } from "../model/quality.js";
import type { StoreClient } from "./client.js";

/** The definition of the composite quality, with those before it, in `calibrant.quality_definitions`. */
export function createQualityDefinitions(client: StoreClient): QualityDefinitions {
  const read = (): Promise<readonly QualityPart[]> => readQualityDefinition(client);
  return {
    read,
    define: async (parts) => {
      if (JSON.stringify(await read()) === JSON.stringify(parts)) return;
      await client.insert("calibrant.quality_definitions", [{ parts }]);
    },
  };
}

export async function readQualityDefinition(client: StoreClient): Promise<readonly QualityPart[]> {
  return await client.query<QualityPart>(
    "SELECT part, weight, veto_below FROM calibrant.v_quality_definition ORDER BY part",
    {},
  );
}
