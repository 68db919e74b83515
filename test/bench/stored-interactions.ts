import { storedInteraction } from "../support/stored-interaction.js";
import type { TestStore } from "../support/store.js";
import { generator, prose } from "./prose.js";

const rowsAtOnce = 1_000;

/** Interactions of 4 KB that all differ, each the first turn of its session. */
export async function storeInteractions(store: TestStore, count: number): Promise<void> {
  const random = generator(count);
  // Revised long enough ago that none of them is looked for again.
  const revisedAt = Date.now() - 600_000;
  for (let from = 0; from < count; from += rowsAtOnce) {
    const rows = Array.from({ length: Math.min(rowsAtOnce, count - from) }, (_, index) =>
      storedInteraction(from + index, {
        revisedAt: revisedAt + from + index,
        started_at: revisedAt - 60_000 + from + index,
        input_text: prose(400, random),
        output_text: prose(1_600, random),
        system_text: prose(2_000, random),
      }),
    );
    await store.client.insert("calibrant.interactions", rows);
  }
}
