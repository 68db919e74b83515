import { hash } from "node:crypto";
import type { Interaction, ModelCall } from "../model/interaction.js";
import type { AssembledTrace } from "../model/ports.js";
import { groupBy } from "./group-by.js";
import { callContent, interactionContent } from "./interaction-columns.js";
import type { StoredRevision, StoredRevisions } from "./stored-revisions.js";

export interface RevisedInteraction {
  readonly interaction: Interaction;
  /** Its columns as text, and those of its calls hashed. */
  readonly content: string;
  readonly revision: number;
  readonly contentHash: string;
}

export interface RevisedCall {
  readonly call: ModelCall;
  readonly content: string;
  readonly revision: number;
}

export interface RevisionPlan {
  readonly interactions: readonly RevisedInteraction[];
  readonly calls: readonly RevisedCall[];
  /** Rows that a newer revision replaces or that belong to no interaction any more. */
  readonly staleInteractions: readonly StoredRevision[];
  readonly staleCalls: readonly StoredRevision[];
  readonly added: number;
  readonly revised: number;
}

/**
 * Compares what was assembled with what is stored.
 * @param now milliseconds; revisions grow with it
 */
export function planRevisions(
  traces: readonly AssembledTrace[],
  stored: StoredRevisions,
  now: number,
): RevisionPlan {
  const byInteraction = groupBy(stored.interactions, (row) => row.interactionId);
  const newest = [...stored.interactions, ...stored.calls].map((row) => row.revision);
  const revision = newest.reduce((left, right) => Math.max(left, right + 1), now);
  const kept = new Map<string, number>();
  const interactions: RevisedInteraction[] = [];
  const calls: RevisedCall[] = [];
  let added = 0;
  for (const trace of traces) {
    const callsOf = groupBy(trace.modelCalls, (call) => call.interaction_id);
    for (const interaction of trace.interactions) {
      const own = callsOf.get(interaction.interaction_id) ?? [];
      const content = interactionContent(interaction);
      const callContents = own.map(callContent);
      const contentHash = hash("sha256", [content, ...callContents].join("\n"));
      const before = byInteraction.get(interaction.interaction_id) ?? [];
      const same = before.filter((row) => row.contentHash === contentHash);
      if (same.length > 0) {
        kept.set(interaction.interaction_id, Math.max(...same.map((row) => row.revision)));
        continue;
      }
      kept.set(interaction.interaction_id, revision);
      const arrived_at = before.reduce(
        (latest, row) => Math.max(latest, row.arrivedAt),
        interaction.arrived_at,
      );
      interactions.push({
        interaction: { ...interaction, arrived_at },
        content,
        revision,
        contentHash,
      });
      for (const [index, call] of own.entries()) {
        calls.push({ call, content: callContents[index] ?? "", revision });
      }
      if (before.length === 0) added += 1;
    }
  }
  const isStale = (row: StoredRevision): boolean => kept.get(row.interactionId) !== row.revision;
  return {
    interactions,
    calls,
    staleInteractions: stored.interactions.filter(isStale),
    staleCalls: stored.calls.filter(isStale),
    added,
    revised: interactions.length - added,
  };
}
