import type { Clock } from "../kernel/clock.js";
import type { AssembledTrace, InteractionWriter } from "../model/ports.js";
import type { StoreClient } from "./client.js";
import { insertInParts } from "./insert-in-parts.js";
import { callRow, interactionRow } from "./interaction-columns.js";
import { planRevisions } from "./revision-plan.js";
import { deleteRevisions, storedRevisions } from "./stored-revisions.js";

/**
 * Writes interactions so that each is stored once. New and changed ones are inserted with a newer
 * revision, then the older rows of the same interaction are deleted. A crash in between leaves
 * both; the walk reads the trace again, finds what is stored, and only the deletion is made up
 * for. Calls are inserted before their interaction: an interaction that is there is whole.
 */
export function createInteractionWriter(client: StoreClient, clock: Clock): InteractionWriter {
  return {
    replace: async (traces: readonly AssembledTrace[]) => {
      if (traces.length === 0) return { added: 0, revised: 0 };
      const stored = await storedRevisions(client, traces);
      const plan = planRevisions(traces, stored, clock.now());
      await insertInParts(client, "calibrant.model_calls", plan.calls.map(callRow));
      await insertInParts(client, "calibrant.interactions", plan.interactions.map(interactionRow));
      await deleteRevisions(client, "calibrant.interactions", plan.staleInteractions);
      await deleteRevisions(client, "calibrant.model_calls", plan.staleCalls);
      return { added: plan.added, revised: plan.revised };
    },
  };
}
