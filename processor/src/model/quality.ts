/** What one part counts in the composite quality of an interaction. */
export interface QualityPart {
  /** The name of an evaluator, or `feedback`: the mean of the user's thumbs and ratings. */
  readonly part: string;
  /** Its weight among the parts that are there; 0 for a part that is only a veto. */
  readonly weight: number;
  /** A score below it holds the quality down to that score; null for no veto. */
  readonly veto_below: number | null;
}

/** The score of one part, 0 (bad) to 1 (good). */
export interface PartScore {
  readonly part: string;
  readonly score: number;
}

export interface CompositeQuality {
  /** 0 (bad) to 1 (good); null when no part with a weight is there. */
  readonly quality: number | null;
  /** The part whose veto decided; empty when none did. */
  readonly vetoed_by: string;
}

/**
 * The weighted mean of the parts that are there: a part that is missing does not count as zero. A
 * veto then holds the result down to the lowest score of the parts that are below theirs. The view
 * `calibrant.v_quality` is the same in SQL.
 */
export function compositeQuality(
  definition: readonly QualityPart[],
  scores: readonly PartScore[],
): CompositeQuality {
  const scoreOf = new Map(scores.map(({ part, score }) => [part, score]));
  let weights = 0;
  let sum = 0;
  let veto: PartScore | undefined;
  for (const { part, weight, veto_below } of definition) {
    const score = scoreOf.get(part);
    if (score === undefined) continue;
    weights += weight;
    sum += weight * score;
    if (veto_below === null || score >= veto_below) continue;
    if (veto === undefined || score < veto.score || (score === veto.score && part < veto.part)) {
      veto = { part, score };
    }
  }
  const mean = weights > 0 ? sum / weights : undefined;
  if (veto !== undefined && (mean === undefined || veto.score < mean)) {
    return { quality: veto.score, vetoed_by: veto.part };
  }
  return { quality: mean ?? null, vetoed_by: "" };
}
