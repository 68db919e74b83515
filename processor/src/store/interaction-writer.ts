import type { Clock } from "../kernel/clock.js";
import type { AssembledTrace, InteractionWriter, TurnMarker } from "../model/ports.js";
import type { StoreClient } from "./client.js";
import { insertInParts } from "./insert-in-parts.js";
import { callLine, interactionLine } from "./interaction-columns.js";
import { planRevisions } from "./revision-plan.js";
import { updateTurns } from "./session-turns.js";
import { deleteRevisions, storedRevisions } from "./stored-revisions.js";
import { planTurns } from "./turn-plan.js";

/**
 * Writes interactions so that each is stored once. New and changed ones are inserted with a newer
 * revision, then the turns that follow them are corrected and the older rows of the same
 * interactions are deleted. A crash in between leaves both; the walk reads the trace again, finds
 * what is stored, and only the rest is made up for. Calls are inserted before their interaction: an
 * interaction that is there is whole.
 */
export function createInteractionWriter(
  client: StoreClient,
  clock: Clock,
  markTurn: TurnMarker,
): InteractionWriter {
  return {
    replace: async (traces: readonly AssembledTrace[]) => {
      if (traces.length === 0) return { added: 0, revised: 0 };
      const stored = await storedRevisions(client, traces);
      const plan = planRevisions(traces, stored, clock.now());
      const turns = await planTurns(client, traces, stored.interactions, markTurn);
      const interactions = plan.interactions.map((revised) => {
        const { interaction } = revised;
        const place = turns.places.get(interaction.interaction_id);
        return interactionLine({ ...revised, interaction: { ...interaction, ...place } });
      });
      const written = new Set(
        plan.interactions.map(({ interaction }) => interaction.interaction_id),
      );
      await insertInParts(client, "calibrant.model_calls", plan.calls.map(callLine));
      await insertInParts(client, "calibrant.interactions", interactions);
      await updateTurns(
        client,
        turns.changed.filter(({ interactionId }) => !written.has(interactionId)),
      );
      await deleteRevisions(client, "calibrant.interactions", plan.staleInteractions);
      await deleteRevisions(client, "calibrant.model_calls", plan.staleCalls);
      return { added: plan.added, revised: plan.revised };
    },
  };
}
