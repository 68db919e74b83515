import type { ConversationQueue } from "../model/ports.js";
import { onlyReplica, type Replica } from "../model/replica.js";
import type { StoreClient } from "./client.js";
import { readConversations } from "./conversations.js";
import { readPending } from "./pending-interactions.js";
import { readResting } from "./resting-sessions.js";

/** A revision is stored after its turn began; the day in hand is for clocks that are ahead. */
const clockSpread = 86_400_000;

/** Conversations in `calibrant.interactions` that have come to rest; the sessions are split among replicas. */
export function createConversationQueue(
  client: StoreClient,
  replica: Replica = onlyReplica,
): ConversationQueue {
  return {
    pending: async (evaluators, since, limit, idle) => {
      const { resting, now } = await readResting(client, evaluators, since, limit, idle, replica);
      if (resting.length === 0) return { pending: [], storeTime: now };
      const conversations = await readConversations(client, resting);
      const turns = resting.map(({ lastTurn, ...rest }) => ({ ...rest, interactionId: lastTurn }));
      const earliest = Math.min(...resting.map(({ startedAt }) => startedAt)) - clockSpread;
      const pending = await readPending(client, turns, Math.max(0, earliest));
      return {
        pending: pending.map((entry) => {
          const conversation = conversations.get(entry.interaction.interaction_id) ?? [];
          return { ...entry, interaction: { ...entry.interaction, conversation } };
        }),
        storeTime: now,
      };
    },
  };
}
