-- What cascades were certified for, and what they did: how many verdicts each stage gave, and what they saved.

CREATE TABLE IF NOT EXISTS calibrant.cascade_certificates {{on_cluster}} (
  evaluator LowCardinality(String),
  evaluator_version LowCardinality(String),
  certified_at DateTime64(3),
  alpha Float64,
  delta Float64,
  labels UInt64,
  stages Array(Tuple(
    model String,
    threshold Nullable(Float64),
    reached UInt64,
    stood UInt64,
    wrong UInt64,
    cost_usd Nullable(Float64),
    changed Bool
  )),
  defined_at DateTime64(3) DEFAULT now64(3)
) ENGINE = {{replacing_merge_tree:cascade_certificates:defined_at}}
ORDER BY (evaluator, evaluator_version)
SETTINGS {{durable}};

-- One row for each day and version of a cascade. verdicts = those of `stages` + waiting + failed.
-- `alone_usd` is what the last model would have cost for the verdicts that took a call, at its mean cost
-- when it was certified. It and `saved_usd` are null where a cost is not known.
CREATE VIEW IF NOT EXISTS calibrant.v_cascade_receipts {{on_cluster}} AS
SELECT
  did.day AS day,
  did.name AS evaluator,
  did.version AS evaluator_version,
  certificate.certified_at AS certified_at,
  certificate.alpha AS alpha,
  certificate.delta AS delta,
  certificate.labels AS labels,
  did.verdicts AS verdicts,
  arrayMap(
    stage -> CAST(
      (
        tupleElement(stage, 'model'),
        tupleElement(stage, 'threshold'),
        tupleElement(stage, 'changed'),
        did.scored_by[tupleElement(stage, 'model')],
        did.scored_by[tupleElement(stage, 'model')] / did.verdicts
      ),
      'Tuple(model String, threshold Nullable(Float64), changed Bool, verdicts UInt64, share Float64)'
    ),
    certificate.stages
  ) AS stages,
  arrayMap(
    stage -> tupleElement(stage, 'model'),
    arrayFilter(stage -> tupleElement(stage, 'changed'), certificate.stages)
  ) AS changed,
  did.waiting AS waiting,
  did.failed AS failed,
  did.spent_usd AS spent_usd,
  did.unknown_cost AS unknown_cost,
  did.asked * tupleElement(certificate.stages[-1], 'cost_usd') AS alone_usd,
  if(did.unknown_cost > 0, NULL, alone_usd - did.spent_usd) AS saved_usd,
  if(alone_usd > 0, saved_usd / alone_usd, NULL) AS saved_share
FROM (
  SELECT
    day,
    name,
    version,
    CAST((groupArray(stage), groupArray(scored)), 'Map(String, UInt64)') AS scored_by,
    sum(lines) AS verdicts,
    sum(waits) AS waiting,
    sum(failures) AS failed,
    sum(calls) AS asked,
    sum(cost) AS spent_usd,
    sum(unknown) AS unknown_cost
  FROM (
    SELECT
      toDate(e.evaluated_at) AS day,
      toString(e.evaluator) AS name,
      toString(e.evaluator_version) AS version,
      toString(e.stage) AS stage,
      count() AS lines,
      countIf(e.outcome = 'scored') AS scored,
      countIf(e.outcome = 'skipped') AS waits,
      countIf(e.outcome = 'failed') AS failures,
      countIf(e.input_tokens > 0) AS calls,
      ifNull(sum(e.cost_usd), 0) AS cost,
      countIf(isNull(e.cost_usd) AND (e.input_tokens > 0 OR e.outcome = 'scored')) AS unknown
    FROM calibrant.evaluations AS e
    WHERE e.kind = 'llm' AND (e.outcome IN ('scored', 'failed') OR (e.outcome = 'skipped' AND e.stage = 'expert'))
    GROUP BY day, name, version, stage
  )
  GROUP BY day, name, version
) AS did
INNER JOIN (
  SELECT
    toString(c.evaluator) AS name,
    toString(c.evaluator_version) AS version,
    argMax(c.certified_at, c.defined_at) AS certified_at,
    argMax(c.alpha, c.defined_at) AS alpha,
    argMax(c.delta, c.defined_at) AS delta,
    argMax(c.labels, c.defined_at) AS labels,
    argMax(c.stages, c.defined_at) AS stages
  FROM calibrant.cascade_certificates AS c
  GROUP BY name, version
) AS certificate ON certificate.name = did.name AND certificate.version = did.version;
