import { estimates } from "./estimate.js";
import { checksOnly, indented, judgesOnly } from "./ledger.js";

/**
 * Quality is the mean over the judges of their estimates. Its interval is the mean of theirs,
 * which holds however much the judges agree with each other.
 */
const overJudges = "avgOrNull(low) AS low, avgOrNull(mean) AS quality, avgOrNull(high) AS high";

/** One row: low, quality and high over the whole range. */
export const quality = `SELECT ${overJudges}
FROM (
  ${indented(estimates({ by: ["evaluator"], where: [judgesOnly] }), 2)}
)`;

/** One row: low, score and high of one evaluator over the whole range. */
export const scoreOf = (evaluator: string): string => `SELECT low, mean AS score, high
FROM (
  ${indented(estimates({ by: ["evaluator"], where: [`evaluator = '${evaluator}'`] }), 2)}
)`;

/** How often answers pass each check in code, over the whole range; the worst check first. */
export const passedChecks = `SELECT evaluator, low, mean AS passed, high
FROM (
  ${indented(estimates({ by: ["evaluator"], where: [checksOnly] }), 2)}
)
ORDER BY passed
LIMIT 50`;

/**
 * Low, mean and high over time of the judge that the repeated panel stands for. Without a judge
 * there is nothing to choose, which `IN ()` would not take.
 */
export const scoreOverTime = `SELECT time, low, mean, high
FROM (
  ${indented(
    estimates({
      by: ["$__timeInterval(started_at) AS time"],
      columns: ["started_at"],
      where: ["has([${evaluator:singlequote}], evaluator)"],
    }),
    2,
  )}
)
ORDER BY time`;

/**
 * Quality of each feature in each release, oldest release first, and the change from the release
 * before it. The interval of the change is Newcombe's, made of the two intervals.
 */
export const qualityByRelease = `WITH
  by_release AS (
    SELECT service_name, feature, release, min(first_seen) AS since, sum(scores) AS scores, ${overJudges}
    FROM (
      ${indented(
        estimates({
          by: ["service_name", "feature", "release", "evaluator"],
          columns: ["service_name", "feature", "release"],
          where: [judgesOnly],
        }),
        6,
      )}
    ) AS estimates
    INNER JOIN (
      SELECT service_name, release, min(first_seen) AS first_seen
      FROM calibrant.v_releases
      GROUP BY service_name, release
    ) AS releases USING (service_name, release)
    GROUP BY service_name, feature, release
  ),
  compared AS (
    SELECT
      *,
      row_number() OVER earlier = 1 AS is_first,
      quality - lagInFrame(quality) OVER earlier AS change,
      change - sqrt(pow(quality - low, 2) + pow(lagInFrame(high - quality) OVER earlier, 2)) AS change_low,
      change + sqrt(pow(high - quality, 2) + pow(lagInFrame(quality - low) OVER earlier, 2)) AS change_high
    FROM by_release
    WINDOW earlier AS (
      PARTITION BY service_name, feature ORDER BY since
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
  )
SELECT
  service_name AS service, feature, release, low, quality, high, scores,
  if(is_first, NULL, change_low) AS change_from,
  if(is_first, NULL, change) AS change_by,
  if(is_first, NULL, change_high) AS change_to,
  multiIf(
    is_first, 'first in range', change_high < 0, 'worse', change_low > 0, 'better', 'no clear change'
  ) AS verdict
FROM compared
ORDER BY service, feature, since
LIMIT 100`;
