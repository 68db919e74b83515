import { qualityThreshold } from "../thresholds.js";
import { estimates } from "./estimate.js";
import { indented, judgesOnly } from "./ledger.js";

/**
 * The upper end of the interval of each judge's mean score, by service and feature: an alert that
 * fires below a threshold then fires at bad answers and not at noise. One number and its labels;
 * no row where too few answers were scored to say anything.
 */
export const highestPlausibleScore = `SELECT
  service_name AS service,
  if(judged.feature = '', '(none)', judged.feature) AS feature,
  evaluator,
  high
FROM (
  ${indented(
    estimates({
      by: ["service_name", "feature", "evaluator"],
      columns: ["service_name", "feature"],
      where: [judgesOnly],
      range: "$__timeFilter(started_at)",
    }),
    2,
  )}
) AS judged
WHERE scores >= ${qualityThreshold.minimumScores}
ORDER BY service, feature, evaluator`;
