import { storeTime } from "./client.js";
import type { TimedRow } from "./insert-in-parts.js";
import type { RevisedCall, RevisedInteraction } from "./revision-plan.js";

/** The columns of `calibrant.interactions`; `revised_at` is the store's own clock. */
export function interactionRow({
  interaction,
  revision,
  contentHash,
}: RevisedInteraction): TimedRow {
  return {
    ...interaction,
    started_at: storeTime(interaction.started_at),
    arrived_at: storeTime(interaction.arrived_at),
    revision,
    content_hash: contentHash,
  } as TimedRow;
}

/** The columns of `calibrant.model_calls`. */
export function callRow({ call, revision }: RevisedCall): TimedRow {
  return { ...call, started_at: storeTime(call.started_at), revision } as TimedRow;
}
