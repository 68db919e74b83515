import { indented, newestLines, type LedgerLines } from "./ledger.js";

/** The square of 1.96: intervals are of 95%. */
const zSquared = 3.8415;

export interface EstimateOptions extends LedgerLines {
  /** Columns, or `expression AS name`, that an estimate is made for each value of. */
  readonly by: readonly string[];
}

/** The name of a column that may be written as `expression AS name`. */
const nameOf = (column: string): string => column.split(" AS ").at(-1) ?? column;

/**
 * Mean score with a 95% interval: columns `scores`, `mean`, `low` and `high` after those given.
 *
 * Interactions are drawn with different probabilities p, so each score weighs w = 1/p (Hájek):
 * mean = Σwy / Σw. The interval is for the quality of the application, not only of the
 * interactions in the window, hence without the (1 - p) of a finite population: with everything
 * scored it would otherwise claim to be exact. It is Wilson's, with the number of scores replaced
 * by an effective one that accounts for the weights, n = (Σw)² / Σw², and for how much scores
 * spread compared with yes-or-no scores of the same mean. That ratio is drawn towards 1 with the
 * weight of one score, so that a few equal scores do not look certain. It stays within 0 and 1.
 */
export function estimates({ by, ...lines }: EstimateOptions): string {
  const names = by.map(nameOf).join(", ");
  return `SELECT
  ${names}, scores, mean,
  (mean + z / 2 - sqrt(z * mean * (1 - mean) + z * z / 4)) / (1 + z) AS low,
  (mean + z / 2 + sqrt(z * mean * (1 - mean) + z * z / 4)) / (1 + z) AS high
FROM (
  SELECT
    ${by.join(", ")}, count() AS scores,
    sum(1 / probability) AS weight,
    sum(pow(probability, -2)) AS squares,
    least(1, sum(score / probability) / weight) AS mean,
    pow(weight, 2) / squares AS drawn,
    (sum(pow(score / probability, 2)) - 2 * mean * sum(score * pow(probability, -2))) / squares
      + pow(mean, 2) AS variance,
    if(mean * (1 - mean) > 1e-9, least(1, greatest(0, variance / (mean * (1 - mean)))), 1) AS ratio,
    ${zSquared} * (drawn * ratio + 1) / (drawn * (drawn + 1)) AS z
  FROM (
    ${indented(newestLines(lines), 4)}
  )
  WHERE outcome = 'scored'
  GROUP BY ${names}
)`;
}
