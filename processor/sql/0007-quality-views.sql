-- What dashboards and alert rules read of quality.

-- Where and when each release has been seen: fills the choices of a dashboard and marks the start
-- of a release without reading the interactions.
CREATE TABLE IF NOT EXISTS calibrant.releases {{on_cluster}} (
  service_name LowCardinality(String),
  environment LowCardinality(String),
  release LowCardinality(String),
  feature LowCardinality(String),
  first_seen SimpleAggregateFunction(min, DateTime64(3)),
  last_seen SimpleAggregateFunction(max, DateTime64(3))
) ENGINE = {{aggregating_merge_tree:releases}}
ORDER BY (service_name, environment, release, feature)
TTL toDateTime(last_seen) + toIntervalDay({{own_days}})
SETTINGS {{durable}};

CREATE MATERIALIZED VIEW IF NOT EXISTS calibrant.releases_from_interactions {{on_cluster}}
TO calibrant.releases AS
SELECT
  service_name,
  environment,
  release,
  feature,
  min(started_at) AS first_seen,
  max(started_at) AS last_seen
FROM calibrant.interactions
GROUP BY service_name, environment, release, feature;

-- Interactions that were stored before this migration.
INSERT INTO calibrant.releases
SELECT service_name, environment, release, feature, min(started_at), max(started_at)
FROM calibrant.interactions
GROUP BY service_name, environment, release, feature;

CREATE VIEW IF NOT EXISTS calibrant.v_releases {{on_cluster}} AS
SELECT
  service_name,
  environment,
  release,
  feature,
  CAST(min(r.first_seen), 'DateTime64(3)') AS first_seen,
  CAST(max(r.last_seen), 'DateTime64(3)') AS last_seen
FROM calibrant.releases AS r
GROUP BY service_name, environment, release, feature;

-- Every line of the ledger with what is known of its interaction, lines that a newer one replaces
-- among them: take `argMax(..., evaluated_at)` by interaction and evaluator. It is not done here,
-- because a filter on time does not pass an aggregation. Filter by `started_at`, and by
-- `evaluated_at` from the same start: an interaction is judged after it began, so that loses
-- nothing and spares the rest of the ledger.
CREATE VIEW IF NOT EXISTS calibrant.v_ledger {{on_cluster}} AS
SELECT
  e.evaluated_at AS evaluated_at,
  e.interaction_id AS interaction_id,
  e.evaluator AS evaluator,
  e.evaluator_version AS evaluator_version,
  e.kind AS kind,
  e.outcome AS outcome,
  e.reason AS reason,
  e.score AS score,
  e.label AS label,
  e.explanation AS explanation,
  e.probability AS probability,
  e.stage AS stage,
  e.cost_usd AS judge_cost_usd,
  e.latency_ms AS judge_latency_ms,
  e.service_name AS service_name,
  i.trace_id AS trace_id,
  i.session_id AS session_id,
  i.started_at AS started_at,
  i.environment AS environment,
  i.release AS release,
  i.feature AS feature,
  i.user_segment AS user_segment,
  i.variant AS variant,
  i.prompt_name AS prompt_name,
  i.prompt_version AS prompt_version,
  i.request_model AS request_model
FROM calibrant.evaluations AS e
INNER JOIN calibrant.interactions AS i ON i.interaction_id = e.interaction_id;
