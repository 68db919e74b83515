import { occurredWithin } from "./filters.js";

const thumbs = `FROM calibrant.v_feedback
WHERE ${occurredWithin}
  AND kind = 'thumbs'`;

/**
 * One row: the share of thumbs that point up, with Wilson's 95% interval. It speaks for users who
 * give feedback, who are seldom like those who do not.
 */
export const thumbsUpShare = `SELECT
  (share + z / 2 - sqrt(z * share * (1 - share) + z * z / 4)) / (1 + z) AS low,
  share,
  (share + z / 2 + sqrt(z * share * (1 - share) + z * z / 4)) / (1 + z) AS high
FROM (
  SELECT countIf(value > 0) / count() AS share, 3.8415 / count() AS z
  ${thumbs.replaceAll("\n", "\n  ")}
  HAVING count() > 0
)`;

export const feedbackOverTime = `SELECT
  $__timeInterval(occurred_at) AS time,
  countIf(kind = 'thumbs' AND value > 0) AS thumbs_up,
  -countIf(kind = 'thumbs' AND value < 0) AS thumbs_down,
  countIf(kind != 'thumbs') AS other
FROM calibrant.v_feedback
WHERE ${occurredWithin}
GROUP BY time
ORDER BY time`;
