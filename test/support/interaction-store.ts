import type { Block } from "#processor/model/block.js";
import type { Interaction, ModelCall } from "#processor/model/interaction.js";
import { createLoadSink } from "#processor/store/load-sink.js";
import { migrate } from "#processor/store/migrations.js";
import type { StoreClient } from "#processor/store/client.js";
import { startTestStore, type TestStore } from "./store.js";

/** A store that keeps what was captured long ago: captured requests have the times of their capture. */
export async function startLongLivedStore(): Promise<TestStore> {
  const store = await startTestStore({ migrated: false });
  await migrate({ client: store.client, cluster: "", rawDays: 10_000, ownDays: 10_000 });
  return store;
}

/** Loads blocks as the spool's loader does, each as a segment of its own. */
export async function loadBlocks(client: StoreClient, blocks: readonly Block[]): Promise<void> {
  const sink = createLoadSink(client, "");
  for (const [index, { table, format, rows, bytes }] of blocks.entries()) {
    loads += 1;
    await sink.load({ table, format, rows, pieces: [bytes], token: `test-${loads}-${index}` });
  }
}

let loads = 0;

/** What is stored, read back as the rows that were written. */
export async function storedInteractions(client: StoreClient): Promise<Interaction[]> {
  const rows = await client.query<Record<string, unknown>>(
    "SELECT * FROM calibrant.interactions ORDER BY started_at, interaction_id",
  );
  return rows.map(withNumbers) as unknown as Interaction[];
}

export async function storedCalls(client: StoreClient): Promise<ModelCall[]> {
  const rows = await client.query<Record<string, unknown>>(
    "SELECT * FROM calibrant.model_calls ORDER BY started_at, span_id, kind",
  );
  return rows.map(withNumbers) as unknown as ModelCall[];
}

/** 64-bit integers come as text. */
function withNumbers(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column,
      column.endsWith("_tokens") || column === "revision" ? Number(value) : value,
    ]),
  );
}
