-- The ledger: for every eligible interaction and evaluator exactly one outcome. Append-only.

CREATE TABLE IF NOT EXISTS calibrant.evaluations {{on_cluster}} (
  evaluated_at DateTime64(3) CODEC(Delta, ZSTD(1)),
  interaction_id String CODEC(ZSTD(1)),
  trace_id String CODEC(ZSTD(1)),
  span_id String CODEC(ZSTD(1)),
  session_id String CODEC(ZSTD(1)),
  service_name LowCardinality(String),
  evaluator LowCardinality(String),
  evaluator_version LowCardinality(String),
  kind LowCardinality(String),
  outcome LowCardinality(String),
  reason String CODEC(ZSTD(1)),
  score Nullable(Float64),
  label LowCardinality(String),
  explanation String CODEC(ZSTD(3)),
  confidence Nullable(Float64),
  probability Float64,
  stage LowCardinality(String),
  cost_usd Nullable(Float64),
  input_tokens UInt64,
  output_tokens UInt64,
  latency_ms Float64,
  CONSTRAINT known_outcome CHECK outcome IN ('scored', 'sampled_out', 'over_budget', 'skipped', 'failed'),
  CONSTRAINT score_is_a_share CHECK score IS NULL OR (score >= 0 AND score <= 1),
  CONSTRAINT score_only_when_scored CHECK (outcome = 'scored') = (score IS NOT NULL),
  CONSTRAINT probability_is_positive CHECK probability > 0 AND probability <= 1,
  INDEX idx_interaction_id interaction_id TYPE bloom_filter(0.001) GRANULARITY 1
) ENGINE = {{merge_tree:evaluations}}
PARTITION BY toYYYYMM(evaluated_at)
ORDER BY (evaluator, service_name, toStartOfHour(evaluated_at), interaction_id)
TTL toDateTime(evaluated_at) + toIntervalDay({{own_days}})
SETTINGS {{durable}};
