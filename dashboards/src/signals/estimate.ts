import { indented, newestLines, type LedgerLines } from "./ledger.js";

/** The square of 1.96: intervals are of 95%. */
const zSquared = 3.8415;

export interface EstimateOptions extends LedgerLines {
  /** Columns, or `expression AS name`, that an estimate is made for each value of. */
  readonly by: readonly string[];
}

/** Of the newest line. */
const lineValues = ["outcome", "score", "probability", "sipHash64(conversation) AS conversation"];

/** The name of a column that may be written as `expression AS name`. */
const nameOf = (column: string): string => column.split(" AS ").at(-1) ?? column;

/**
 * Mean score with a 95% interval: columns `scores`, `mean`, `low` and `high` after those given.
 *
 * Interactions are drawn with different probabilities p, so each score weighs w = 1/p (Hájek):
 * mean = Σwy / Σw. Conversations are drawn as a whole and their turns are alike, so the variance is
 * summed over conversations: with W = Σw and E = Σw(y - mean) of each, it is ΣE² / (ΣW)². The
 * interval is for the quality of the application, not only of the interactions in the window, hence
 * without the (1 - p) of a finite population: with everything scored it would otherwise claim to be
 * exact. It is Wilson's, with the number of scores replaced by an effective one: the number of
 * conversations n = (ΣW)² / ΣW², and how much their means spread, ΣE² / ΣW², compared with yes-or-no
 * scores of the same mean. That ratio is drawn towards 1 with the weight of one conversation, so that
 * a few equal scores do not look certain. It stays within 0 and 1.
 */
export function estimates({ by, ...lines }: EstimateOptions): string {
  const names = by.map(nameOf).join(", ");
  return `SELECT
  ${names}, scores, mean,
  (mean + z / 2 - sqrt(z * mean * (1 - mean) + z * z / 4)) / (1 + z) AS low,
  (mean + z / 2 + sqrt(z * mean * (1 - mean) + z * z / 4)) / (1 + z) AS high
FROM (
  SELECT
    ${names}, sum(turns) AS scores,
    sum(turn_weight) AS weight,
    sum(pow(turn_weight, 2)) AS squares,
    least(1, sum(turn_score) / weight) AS mean,
    pow(weight, 2) / squares AS drawn,
    (sum(pow(turn_score, 2)) - 2 * mean * sum(turn_score * turn_weight)) / squares
      + pow(mean, 2) AS variance,
    if(mean * (1 - mean) > 1e-9, least(1, greatest(0, variance / (mean * (1 - mean)))), 1) AS ratio,
    ${zSquared} * (drawn * ratio + 1) / (drawn * (drawn + 1)) AS z
  FROM (
    SELECT
      ${by.join(", ")}, conversation, count() AS turns,
      sum(1 / probability) AS turn_weight,
      sum(score / probability) AS turn_score
    FROM (
      ${indented(newestLines({ ...lines, values: lineValues }), 6)}
    )
    WHERE outcome = 'scored'
    GROUP BY ${names}, conversation
  )
  GROUP BY ${names}
)`;
}
