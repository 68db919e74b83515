import type { Evaluation } from "../model/evaluation.js";
import type { Feedback } from "../model/feedback.js";
import type { InteractionQuality } from "../model/ports.js";
import { compositeQuality, type PartScore, type QualityPart } from "../model/quality.js";

/**
 * The composite quality of one interaction, as the view `calibrant.v_quality` has it, from what has
 * been read of it already.
 * @param evaluations newest first
 */
export function qualityOf(
  definition: readonly QualityPart[],
  evaluations: readonly Evaluation[],
  feedback: readonly Feedback[],
): InteractionQuality {
  const scores = new Map<string, number>();
  for (const { evaluator, kind, score } of evaluations) {
    if (score === null || kind === "canary" || scores.has(evaluator)) continue;
    scores.set(evaluator, score);
  }
  const signals = feedback.flatMap(signalScore);
  if (signals.length > 0) {
    scores.set("feedback", signals.reduce((sum, score) => sum + score, 0) / signals.length);
  }
  const parts = definition.flatMap((part) => {
    const score = scores.get(part.part);
    return score === undefined ? [] : [{ ...part, score }];
  });
  return { ...compositeQuality(definition, parts satisfies readonly PartScore[]), parts };
}

/** What a signal says by itself, 0 to 1: only thumbs and ratings with a scale do. */
function signalScore({ kind, value, value_max: most }: Feedback): number[] {
  if (value === null) return [];
  if (kind === "thumbs") return [(value + 1) / 2];
  if (kind !== "rating" || most === null || most <= 0) return [];
  return [Math.min(1, Math.max(0, value / most))];
}
