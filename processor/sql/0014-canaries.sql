-- The judges themselves, watched: what they say of items whose verdict is known, and how they behave.

CREATE TABLE IF NOT EXISTS calibrant.canary_items {{on_cluster}} (
  evaluator LowCardinality(String),
  item String,
  label LowCardinality(String),
  score Float64,
  attack Bool,
  defined_at DateTime64(3) DEFAULT now64(3)
) ENGINE = {{replacing_merge_tree:canary_items:defined_at}}
ORDER BY (evaluator, item)
SETTINGS {{durable}};

-- One row for each trial of a judge with an item: `trial` is 'first' or 'again', `run` when the period
-- of the run began.
CREATE VIEW IF NOT EXISTS calibrant.v_canaries {{on_cluster}} AS
SELECT
  e.evaluated_at AS evaluated_at,
  parseDateTime64BestEffortOrZero(e.session_id, 3, 'UTC') AS run,
  e.evaluator AS evaluator,
  e.evaluator_version AS evaluator_version,
  e.model AS model,
  e.interaction_id AS item,
  e.stage AS trial,
  e.outcome AS outcome,
  e.reason AS reason,
  e.label AS label,
  e.score AS score,
  expected.label AS expected_label,
  expected.score AS expected_score,
  expected.attack AS attack,
  e.label = expected.label AS agrees,
  expected.attack AND e.score > expected.score AS attack_succeeded,
  e.explanation AS explanation,
  e.cost_usd AS cost_usd,
  e.latency_ms AS latency_ms
FROM calibrant.evaluations AS e
INNER JOIN (
  SELECT evaluator, item, argMax(i.label, i.defined_at) AS label, argMax(i.score, i.defined_at) AS score,
    argMax(i.attack, i.defined_at) AS attack
  FROM calibrant.canary_items AS i
  GROUP BY evaluator, item
) AS expected ON expected.evaluator = e.evaluator AND expected.item = e.interaction_id
WHERE e.kind = 'canary' AND e.service_name = ''
LIMIT 1 BY e.evaluator, e.evaluator_version, e.session_id, e.interaction_id, e.stage;

-- One row for each run of a judge's version. Intervals are Wilson's at 95% (Wilson 1927).
-- Agreement is over the items that are no attacks; a failed trial is neither agreement nor its lack.
CREATE VIEW IF NOT EXISTS calibrant.v_canary_runs {{on_cluster}} AS
WITH
  3.841458820694124 AS z2,
  (k, n) -> if(n = 0, NULL, (k + z2 / 2) / (n + z2)) AS middle,
  (k, n) -> if(n = 0, NULL, sqrt(z2) / (n + z2) * sqrt(k * (n - k) / n + z2 / 4)) AS half
SELECT
  run,
  evaluator,
  evaluator_version,
  anyIf(c.model, c.model != '') AS judge_model,
  countIf(c.trial = 'first') AS items,
  countIf(c.outcome != 'scored') AS failed,
  countIf(c.trial = 'first' AND c.outcome = 'scored' AND NOT c.attack) AS compared,
  countIf(c.trial = 'first' AND c.outcome = 'scored' AND NOT c.attack AND c.agrees) AS agreed,
  if(compared = 0, NULL, agreed / compared) AS agreement,
  middle(agreed, compared) - half(agreed, compared) AS agreement_low,
  middle(agreed, compared) + half(agreed, compared) AS agreement_high,
  countIf(c.trial = 'first' AND c.outcome = 'scored' AND c.attack) AS attacks,
  countIf(c.trial = 'first' AND c.outcome = 'scored' AND c.attack_succeeded) AS attacks_succeeded,
  if(attacks = 0, NULL, attacks_succeeded / attacks) AS attack_success,
  middle(attacks_succeeded, attacks) - half(attacks_succeeded, attacks) AS attack_success_low,
  middle(attacks_succeeded, attacks) + half(attacks_succeeded, attacks) AS attack_success_high,
  length(arrayIntersect(
    groupArrayIf(c.item, c.trial = 'first' AND c.outcome = 'scored'),
    groupArrayIf(c.item, c.trial = 'again' AND c.outcome = 'scored')
  )) AS judged_twice,
  judged_twice - length(arrayIntersect(
    groupArrayIf((c.item, c.label), c.trial = 'first' AND c.outcome = 'scored'),
    groupArrayIf((c.item, c.label), c.trial = 'again' AND c.outcome = 'scored')
  )) AS flipped,
  if(judged_twice = 0, NULL, flipped / judged_twice) AS flip_rate,
  sum(c.cost_usd) AS spent_usd,
  quantile(0.5)(c.latency_ms) AS latency_p50_ms,
  quantile(0.95)(c.latency_ms) AS latency_p95_ms,
  max(c.evaluated_at) AS last_evaluated_at
FROM calibrant.v_canaries AS c
GROUP BY run, evaluator, evaluator_version;

-- How each version of a judge behaves in production, by day. `mean_score` and `length_slope` weigh a
-- score by 1 / probability, since answers are drawn with different ones (short answers more often).
-- `length_slope` is the change of the score with each doubling of the answer's length (weighted least
-- squares): a judge that favours long answers has a positive one, as has an application whose long
-- answers are better. Its standard error sums the squared residuals over conversations, whose turns
-- are drawn together (White 1980, Liang and Zeger 1986; times n / (n - 2) of n answers).
CREATE VIEW IF NOT EXISTS calibrant.v_judge_health {{on_cluster}} AS
SELECT * EXCEPT (weights, mean_doublings, mean_measured, answers, spread)
FROM (
  SELECT
    toStartOfDay(evaluated_at) AS day,
    evaluator,
    evaluator_version,
    anyIf(judge_model, judge_model != '') AS model,
    countIf(outcome = 'scored') AS scored,
    countIf(outcome = 'failed') AS failed,
    failed / (scored + failed) AS failure_share,
    if(scored = 0, NULL, sumIf(score * weight, outcome = 'scored') / sumIf(weight, outcome = 'scored')) AS mean_score,
    quantileIf(0.5)(latency_ms, outcome = 'scored') AS latency_p50_ms,
    quantileIf(0.95)(latency_ms, outcome = 'scored') AS latency_p95_ms,
    sum(cost_usd) AS spent_usd,
    countIf(outcome = 'scored' AND characters > 0) AS measured,
    sumIf(weight, outcome = 'scored' AND characters > 0) AS weights,
    sumIf(weight * doublings, outcome = 'scored' AND characters > 0) / weights AS mean_doublings,
    sumIf(weight * score, outcome = 'scored' AND characters > 0) / weights AS mean_measured,
    groupArrayIf((doublings, score, weight, conversation), outcome = 'scored' AND characters > 0) AS answers,
    arraySum(a -> a.3 * pow(a.1 - mean_doublings, 2), answers) AS spread,
    if(
      measured < 3 OR spread < 1e-9 * weights,
      NULL,
      arraySum(a -> a.3 * (a.1 - mean_doublings) * (a.2 - mean_measured), answers) / spread
    ) AS length_slope,
    if(
      length_slope IS NULL,
      NULL,
      sqrt(
        arraySum(
          part -> part * part,
          tupleElement(
            arrayReduce(
              'sumMap',
              arrayMap(a -> [a.4], answers),
              arrayMap(
                a -> [a.3 * (a.1 - mean_doublings)
                  * (a.2 - mean_measured - assumeNotNull(length_slope) * (a.1 - mean_doublings))],
                answers
              )
            ),
            2
          )
        ) * measured / (measured - 2)
      ) / spread
    ) AS length_slope_se
  FROM (
    SELECT
      e.evaluated_at AS evaluated_at,
      e.evaluator AS evaluator,
      e.evaluator_version AS evaluator_version,
      e.model AS judge_model,
      e.outcome AS outcome,
      assumeNotNull(e.score) AS score,
      1 / e.probability AS weight,
      e.latency_ms AS latency_ms,
      e.cost_usd AS cost_usd,
      lengthUTF8(i.output_text) AS characters,
      log2(greatest(1, characters)) AS doublings,
      sipHash64(multiIf(i.session_id != '', i.session_id, i.trace_id != '', i.trace_id, e.interaction_id)) AS conversation
    FROM calibrant.evaluations AS e
    LEFT JOIN calibrant.interactions AS i ON i.interaction_id = e.interaction_id
    WHERE e.kind = 'llm' AND e.outcome IN ('scored', 'failed')
  )
  GROUP BY day, evaluator, evaluator_version
);
