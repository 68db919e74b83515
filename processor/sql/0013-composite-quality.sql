-- The composite quality of an interaction: which parts it has, what they weigh, and which are vetoes.

-- One row for each change of the configuration; the newest holds.
CREATE TABLE IF NOT EXISTS calibrant.quality_definitions {{on_cluster}} (
  set_at DateTime64(3) DEFAULT now64(3),
  parts Array(Tuple(part String, weight Float64, veto_below Nullable(Float64)))
) ENGINE = {{merge_tree:quality_definitions}}
ORDER BY set_at
SETTINGS {{durable}};

CREATE VIEW IF NOT EXISTS calibrant.v_quality_definition {{on_cluster}} AS
SELECT
  tupleElement(entry, 'part') AS part,
  tupleElement(entry, 'weight') AS weight,
  tupleElement(entry, 'veto_below') AS veto_below
FROM (
  SELECT arrayJoin(parts) AS entry
  FROM (SELECT parts FROM calibrant.quality_definitions ORDER BY set_at DESC LIMIT 1)
);

-- The score of each part of each interaction: the newest score of an evaluator, and the mean of the
-- user's thumbs and ratings. `probability` is that of this part, so each part can be estimated by
-- itself: sum(score / probability) / sum(1 / probability).
CREATE VIEW IF NOT EXISTS calibrant.v_quality_parts {{on_cluster}} AS
SELECT
  scores.interaction_id AS interaction_id,
  scores.part AS part,
  scores.score AS score,
  scores.probability AS probability,
  definition.weight AS weight,
  definition.veto_below AS veto_below,
  i.trace_id AS trace_id,
  i.session_id AS session_id,
  i.service_name AS service_name,
  i.environment AS environment,
  i.release AS release,
  i.feature AS feature,
  i.user_segment AS user_segment,
  i.variant AS variant,
  i.prompt_name AS prompt_name,
  i.prompt_version AS prompt_version,
  i.request_model AS request_model,
  i.started_at AS started_at
FROM (
  SELECT
    e.interaction_id AS interaction_id,
    toString(e.evaluator) AS part,
    argMax(assumeNotNull(e.score), e.evaluated_at) AS score,
    argMax(e.probability, e.evaluated_at) AS probability
  FROM calibrant.evaluations AS e
  WHERE e.outcome = 'scored' AND e.kind != 'canary'
  GROUP BY interaction_id, part
  UNION ALL
  SELECT
    f.interaction_id,
    'feedback',
    avg(assumeNotNull(if(f.kind = 'thumbs', (f.value + 1) / 2, least(1, greatest(0, f.value / f.value_max))))),
    1.
  FROM calibrant.v_feedback AS f
  WHERE f.matched AND (f.kind = 'thumbs' OR (f.kind = 'rating' AND f.value_max > 0)) AND f.value IS NOT NULL
  GROUP BY f.interaction_id
) AS scores
INNER JOIN calibrant.v_quality_definition AS definition ON definition.part = scores.part
INNER JOIN calibrant.v_interactions AS i ON i.interaction_id = scores.interaction_id;

-- One row for each interaction with at least one part: the weighted mean of the parts that are there,
-- held down to the lowest score that a veto speaks against. Null when only vetoes are there and none
-- of them speaks. `probability` is that of the part that was the least likely to be judged among those
-- that are there. It is not the probability of this row with these parts: a part that was not drawn
-- leaves the row with what is left, so that a mean over rows, weighed by 1 / probability or not,
-- depends on how much of each part was judged. Estimate the parts from `v_quality_parts` instead.
CREATE VIEW IF NOT EXISTS calibrant.v_quality {{on_cluster}} AS
SELECT
  composed.interaction_id AS interaction_id,
  tupleElement(composed.known, 1) AS trace_id,
  tupleElement(composed.known, 2) AS session_id,
  tupleElement(composed.known, 3) AS service_name,
  tupleElement(composed.known, 4) AS environment,
  tupleElement(composed.known, 5) AS release,
  tupleElement(composed.known, 6) AS feature,
  tupleElement(composed.known, 7) AS user_segment,
  tupleElement(composed.known, 8) AS variant,
  tupleElement(composed.known, 9) AS prompt_name,
  tupleElement(composed.known, 10) AS prompt_version,
  tupleElement(composed.known, 11) AS request_model,
  tupleElement(composed.known, 12) AS started_at,
  composed.quality AS quality,
  composed.vetoed_by AS vetoed_by,
  composed.parts AS parts,
  composed.missing AS missing,
  composed.probability AS probability
FROM (
  SELECT
    p.interaction_id AS interaction_id,
    any((
      p.trace_id,
      p.session_id,
      p.service_name,
      p.environment,
      p.release,
      p.feature,
      p.user_segment,
      p.variant,
      p.prompt_name,
      p.prompt_version,
      p.request_model,
      p.started_at
    )) AS known,
    sum(p.weight) AS weights,
    if(weights > 0, sum(p.weight * p.score) / weights, NULL) AS mean,
    countIf(p.score < p.veto_below) AS vetoes,
    argMinIf((p.part, p.score), (p.score, p.part), p.score < p.veto_below) AS veto,
    vetoes > 0 AND (mean IS NULL OR tupleElement(veto, 2) < mean) AS vetoed,
    if(vetoed, tupleElement(veto, 2), mean) AS quality,
    if(vetoed, tupleElement(veto, 1), '') AS vetoed_by,
    arraySort(groupArray(CAST((p.part, p.score, p.weight), 'Tuple(part String, score Float64, weight Float64)'))) AS parts,
    arrayFilter(
      name -> NOT has(groupArray(p.part), name),
      (SELECT arraySort(groupArray(d.part)) FROM calibrant.v_quality_definition AS d WHERE d.weight > 0)
    ) AS missing,
    min(p.probability) AS probability
  FROM calibrant.v_quality_parts AS p
  GROUP BY p.interaction_id
) AS composed;
