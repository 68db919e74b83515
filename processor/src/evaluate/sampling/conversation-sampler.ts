import { hashFraction } from "../../kernel/sampling.js";
import type { PendingInteraction } from "../../model/ports.js";
import type { Budget } from "./budget.js";
import type { Sampler } from "./sampler.js";

export interface ConversationSamplerOptions {
  /** Share of the conversations that are judged, 0 < share <= 1. */
  readonly share: number;
  /** Changes which conversations are drawn. */
  readonly salt: string;
  /** Pays for the verdicts. */
  readonly budget: Budget;
}

/** Draws a fixed share of the conversations as long as there is money. */
export function conversationSampler({ share, salt, budget }: ConversationSamplerOptions): Sampler {
  return {
    open: () => budget.open(),
    draw: (interaction) => {
      const probability = share;
      if (!isDrawn(interaction, share, salt)) {
        return { drawn: false, outcome: "sampled_out", reason: "not drawn", probability };
      }
      const reservation = budget.reserve();
      if (reservation === undefined) {
        return { drawn: false, outcome: "over_budget", reason: "daily budget spent", probability };
      }
      return { drawn: true, probability, panel: true, settle: (cost) => reservation.settle(cost) };
    },
  };
}

/** All turns of a conversation share their fate; a smaller sample lies within a larger one. */
function isDrawn(
  { session_id, trace_id }: Pick<PendingInteraction, "session_id" | "trace_id">,
  share: number,
  salt: string,
): boolean {
  return share >= 1 || hashFraction(session_id === "" ? trace_id : session_id, salt) < share;
}
