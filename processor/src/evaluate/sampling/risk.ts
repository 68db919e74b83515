import type { PendingInteraction } from "../../model/ports.js";

/** 0 nothing stands out, 1 one sign of trouble, 2 several. */
export type Risk = 0 | 1 | 2;

/** How much more likely than others an interaction of each risk is drawn, beyond the panel. */
export const riskWeights = [1, 2, 4] as const;

/** Characters; what is shorter is rarely an answer to a question. */
const shortAnswer = 25;

/** How likely it is, before any judge is asked, that something went wrong. */
export function riskOf(interaction: PendingInteraction): Risk {
  const { is_correction, is_rephrase, tool_uses, output_text, complete } = interaction;
  const signs = [
    is_correction,
    is_rephrase,
    tool_uses.some(({ status }) => status === "error"),
    output_text.length < shortAnswer,
    !complete,
  ].filter(Boolean).length;
  return signs === 0 ? 0 : signs === 1 ? 1 : 2;
}
