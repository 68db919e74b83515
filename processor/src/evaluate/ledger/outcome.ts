import type { Evaluation } from "../../model/evaluation.js";
import type { Verdict } from "../evaluator.js";

/** What became of an interaction and an evaluator. */
export type Outcome = Pick<Evaluation, "outcome" | "reason"> & Partial<Evaluation>;

const longestReason = 500;

/** A verdict as columns of the ledger. */
export function outcomeOf(verdict: Verdict): Outcome {
  const { usage, stage = "", model = "" } = verdict;
  const origin = { stage, model, ...usage };
  if (verdict.outcome !== "scored") {
    const { outcome, reason } = verdict;
    return { outcome, reason: reason.slice(0, longestReason), ...origin };
  }
  const { score, label, explanation, confidence } = verdict;
  return { outcome: "scored", reason: "", score, label, explanation, confidence, ...origin };
}
