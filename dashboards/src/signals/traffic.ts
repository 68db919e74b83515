import { startedWithin } from "./filters.js";
import { indented, judgesOnly, newestLines } from "./ledger.js";

const interactionsWithin = `FROM calibrant.v_interactions
WHERE ${startedWithin}`;

export const interactions = `SELECT count() AS interactions
${interactionsWithin}`;

export const errorRate = `SELECT if(count() = 0, NULL, countIf(status = 'error') / count()) AS errors
${interactionsWithin}`;

/** Milliseconds. */
export const latency = `SELECT quantileTDigestOrNull(0.95)(duration_ms) AS p95
${interactionsWithin}`;

/** US dollars that the application spent on models; null where no price is known. */
export const applicationCost = `SELECT sumOrNull(cost_usd) AS cost
${interactionsWithin}`;

export const interactionsOverTime = `SELECT
  $__timeInterval(started_at) AS time,
  countIf(status != 'error') AS ok,
  countIf(status = 'error') AS errors
${interactionsWithin}
GROUP BY time
ORDER BY time`;

export const latencyOverTime = `SELECT
  $__timeInterval(started_at) AS time,
  quantileTDigest(0.5)(duration_ms) AS p50,
  quantileTDigest(0.95)(duration_ms) AS p95
${interactionsWithin}
GROUP BY time
ORDER BY time`;

/** The interactions that a judge scored lowest, the newest of them first. */
export const worstInteractions = `WITH worst AS (
  SELECT interaction_id, evaluator, score, explanation
  FROM (
    ${indented(
      newestLines({
        columns: ["interaction_id", "started_at"],
        values: ["outcome", "score", "explanation"],
        where: [judgesOnly],
      }),
      4,
    )}
  )
  WHERE outcome = 'scored'
  ORDER BY score, started_at DESC
  LIMIT 1 BY interaction_id
  LIMIT 20
)
SELECT
  i.started_at AS time,
  i.interaction_id AS interaction,
  i.service_name AS service,
  i.feature AS feature,
  i.release AS release,
  worst.evaluator AS evaluator,
  worst.score AS score,
  i.question AS question,
  i.answer AS answer,
  worst.explanation AS explanation,
  i.trace_id AS trace_id
FROM worst
INNER JOIN (
  SELECT
    started_at, interaction_id, trace_id, service_name, feature, release,
    leftUTF8(input_text, 200) AS question,
    leftUTF8(output_text, 200) AS answer
  ${indented(interactionsWithin, 2)}
    AND interaction_id IN (SELECT interaction_id FROM worst)
) AS i USING (interaction_id)
ORDER BY score, time DESC`;
