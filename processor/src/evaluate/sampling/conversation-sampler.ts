import { hashFraction } from "../../kernel/sampling.js";
import type { PendingInteraction } from "../../model/ports.js";
import type { Purse } from "./budget.js";
import { riskOf } from "./risk.js";
import type { Sampler } from "./sampler.js";

export interface ConversationSamplerOptions {
  /** Changes which conversations are drawn. */
  readonly salt: string;
  /** Says how many are drawn, and pays for the verdicts. */
  readonly purse: Purse;
  /** Learns what the purse has to know. */
  readonly open: () => Promise<void>;
}

/**
 * Draws conversations by a number that is theirs for good. All turns of one share their fate at
 * equal probability, a smaller sample lies within a larger one, and the panel within the sample.
 */
export function conversationSampler({ salt, purse, open }: ConversationSamplerOptions): Sampler {
  return {
    open,
    problem: () => purse.problem(),
    draw: (interaction) => {
      const risk = riskOf(interaction);
      const id = interaction.interaction_id;
      const { probability, panel } = purse.chances(risk);
      const problem = purse.problem();
      if (problem !== undefined) {
        purse.note(id, risk, false);
        return { drawn: false, outcome: "over_budget", reason: problem, probability };
      }
      const number = numberOf(interaction, salt);
      if (number >= probability) {
        purse.note(id, risk, false);
        return { drawn: false, outcome: "sampled_out", reason: "not drawn", probability };
      }
      const settle = purse.note(id, risk, true);
      return { drawn: true, probability, panel: number < panel, settle };
    },
  };
}

function numberOf(
  { session_id, trace_id }: Pick<PendingInteraction, "session_id" | "trace_id">,
  salt: string,
): number {
  return hashFraction(session_id === "" ? trace_id : session_id, salt);
}
