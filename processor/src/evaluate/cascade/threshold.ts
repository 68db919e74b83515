import { isProportionAtMost } from "../../kernel/statistics/proportion.js";

/** A verdict of a stage about an item with an expert's label. */
export interface LabelledVerdict {
  /** 0 to 1. */
  readonly confidence: number;
  readonly agrees: boolean;
}

export interface Threshold {
  /** The least confidence with which a verdict stands. */
  readonly threshold: number;
  /** Labelled verdicts at or above it, and the wrong ones of them. */
  readonly stood: number;
  readonly wrong: number;
}

/** Fewer labelled verdicts than these certify nothing. */
const fewest = 30;

/**
 * The lowest confidence from which on at most a share `alpha` of the verdicts is wrong, except with
 * probability `delta`: thresholds are tried downwards from the highest one, as long as the upper bound
 * of Clopper and Pearson holds (fixed sequence testing; Jung, Brahman and Choi 2024, arXiv 2407.18370).
 * @returns undefined when no threshold holds
 */
export function certifiedThreshold(
  verdicts: readonly LabelledVerdict[],
  alpha: number,
  delta: number,
): Threshold | undefined {
  const descending = verdicts.toSorted((a, b) => b.confidence - a.confidence);
  let certified: Threshold | undefined;
  let wrong = 0;
  for (let at = 0; at < descending.length; at++) {
    const verdict = descending[at];
    if (verdict === undefined) break;
    if (!verdict.agrees) wrong++;
    const stood = at + 1;
    // Verdicts of the same confidence stand or fall together.
    if (descending[at + 1]?.confidence === verdict.confidence || stood < fewest) continue;
    if (!isProportionAtMost(wrong, stood, alpha, delta)) break;
    certified = { threshold: verdict.confidence, stood, wrong };
  }
  return certified;
}
