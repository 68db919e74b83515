import type { PendingInteraction } from "#processor/model/ports.js";
import { storeTime } from "#processor/store/client.js";
import { pendingInteraction } from "./pending-interaction.js";

export interface StoredChanges extends Partial<PendingInteraction> {
  /** Milliseconds; now by the store's clock when left out. */
  readonly revisedAt?: number;
  readonly revision?: number;
}

/** A row of `calibrant.interactions`; one of a minute ago, since the schema lets old rows expire. */
export function storedInteraction(index: number, changes: StoredChanges = {}): object {
  const { revisedAt, revision = 1, ...columns } = changes;
  const trace_id = index.toString(16).padStart(32, "0");
  const started_at = Date.now() - 60_000 + index;
  const {
    previous_output: _previous,
    tool_uses: _uses,
    material: _material,
    ...row
  } = pendingInteraction({
    trace_id,
    session_id: `s${index}`,
    started_at,
    arrived_at: started_at + 1_000,
    ...columns,
  });
  return {
    ...row,
    started_at: storeTime(row.started_at),
    arrived_at: storeTime(row.arrived_at),
    ...(revisedAt === undefined ? {} : { revised_at: storeTime(revisedAt) }),
    revision,
    content_hash: "0".repeat(64),
  };
}
