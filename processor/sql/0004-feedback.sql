-- Signals of users, as they came. They are joined to interactions when they are read, so that
-- feedback may arrive before its interaction.

CREATE TABLE IF NOT EXISTS calibrant.feedback {{on_cluster}} (
  feedback_id String CODEC(ZSTD(1)),
  received_at DateTime64(3) CODEC(Delta, ZSTD(1)),
  occurred_at DateTime64(3),
  interaction_id String CODEC(ZSTD(1)),
  trace_id String CODEC(ZSTD(1)),
  span_id String CODEC(ZSTD(1)),
  response_id String CODEC(ZSTD(1)),
  kind LowCardinality(String),
  value Nullable(Float64),
  value_max Nullable(Float64),
  choice String CODEC(ZSTD(1)),
  comment String CODEC(ZSTD(3)),
  user_id String CODEC(ZSTD(1)),
  source LowCardinality(String),
  INDEX idx_interaction_id interaction_id TYPE bloom_filter(0.001) GRANULARITY 1,
  INDEX idx_trace_id trace_id TYPE bloom_filter(0.001) GRANULARITY 1,
  INDEX idx_response_id response_id TYPE bloom_filter(0.001) GRANULARITY 1
) ENGINE = {{merge_tree:feedback}}
PARTITION BY toYYYYMM(received_at)
ORDER BY (toStartOfHour(received_at), feedback_id)
TTL toDateTime(received_at) + toIntervalDay({{own_days}})
SETTINGS {{durable}};
