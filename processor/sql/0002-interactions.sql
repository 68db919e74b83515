-- The walk from raw rows to interactions.

CREATE DATABASE IF NOT EXISTS calibrant {{on_cluster}} ENGINE = Atomic;

-- What reached the raw tables and when, by the store's clock: the queue of the second walk.
CREATE TABLE IF NOT EXISTS calibrant.trace_arrivals {{on_cluster}} (
  arrived_at DateTime64(3) CODEC(Delta, ZSTD(1)),
  trace_id String CODEC(ZSTD(1)),
  spans UInt32,
  logs UInt32,
  roots UInt32,
  earliest DateTime64(3),
  latest DateTime64(3)
) ENGINE = {{merge_tree:trace_arrivals}}
PARTITION BY toDate(arrived_at)
ORDER BY (arrived_at, trace_id)
TTL toDateTime(arrived_at) + toIntervalDay(7)
SETTINGS ttl_only_drop_parts = 1, {{durable}};

CREATE MATERIALIZED VIEW IF NOT EXISTS calibrant.trace_arrivals_from_spans {{on_cluster}}
TO calibrant.trace_arrivals AS
SELECT
  now64(3) AS arrived_at,
  TraceId AS trace_id,
  toUInt32(count()) AS spans,
  toUInt32(0) AS logs,
  toUInt32(countIf(ParentSpanId = '')) AS roots,
  toDateTime64(min(Timestamp), 3) AS earliest,
  toDateTime64(max(Timestamp), 3) AS latest
FROM otel.otel_traces
WHERE TraceId != ''
GROUP BY TraceId;

CREATE MATERIALIZED VIEW IF NOT EXISTS calibrant.trace_arrivals_from_logs {{on_cluster}}
TO calibrant.trace_arrivals AS
SELECT
  now64(3) AS arrived_at,
  TraceId AS trace_id,
  toUInt32(0) AS spans,
  toUInt32(count()) AS logs,
  toUInt32(0) AS roots,
  toDateTime64(min(Timestamp), 3) AS earliest,
  toDateTime64(max(Timestamp), 3) AS latest
FROM otel.otel_logs
WHERE TraceId != ''
GROUP BY TraceId;

CREATE TABLE IF NOT EXISTS calibrant.cursors {{on_cluster}} (
  name LowCardinality(String),
  position DateTime64(3),
  written_at DateTime64(3) DEFAULT now64(3)
) ENGINE = {{replacing_merge_tree:cursors:written_at}}
ORDER BY name
SETTINGS {{durable}};

CREATE TABLE IF NOT EXISTS calibrant.interactions {{on_cluster}} (
  interaction_id String CODEC(ZSTD(1)),
  trace_id String CODEC(ZSTD(1)),
  span_id String CODEC(ZSTD(1)),
  service_name LowCardinality(String),
  environment LowCardinality(String),
  release LowCardinality(String),
  agent_name LowCardinality(String),
  feature LowCardinality(String),
  user_id String CODEC(ZSTD(1)),
  user_segment LowCardinality(String),
  session_id String CODEC(ZSTD(1)),
  variant LowCardinality(String),
  started_at DateTime64(3) CODEC(Delta, ZSTD(1)),
  duration_ms Float64,
  status LowCardinality(String),
  error_type LowCardinality(String),
  operation LowCardinality(String),
  provider LowCardinality(String),
  request_model LowCardinality(String),
  response_model LowCardinality(String),
  input_text String CODEC(ZSTD(3)),
  output_text String CODEC(ZSTD(3)),
  system_text String CODEC(ZSTD(3)),
  context Array(String) CODEC(ZSTD(3)),
  input_tokens UInt64,
  output_tokens UInt64,
  cache_read_tokens UInt64,
  reasoning_tokens UInt64,
  cost_usd Nullable(Float64),
  model_calls UInt32,
  tool_calls UInt32,
  retrievals UInt32,
  prompt_name LowCardinality(String),
  prompt_version LowCardinality(String),
  intent LowCardinality(String),
  complexity Nullable(Float64),
  response_ids Array(String),
  complete Bool,
  dialect LowCardinality(String),
  arrived_at DateTime64(3),
  -- When this row was written: the queue of the evaluators.
  revised_at DateTime64(3) DEFAULT now64(3),
  -- Grows with every revision; a revision replaces the rows of its trace with a smaller one.
  revision UInt64,
  -- SHA-256 of the row's content: a revision that would change nothing is not written.
  content_hash FixedString(64),
  INDEX idx_interaction_id interaction_id TYPE bloom_filter(0.001) GRANULARITY 1,
  INDEX idx_trace_id trace_id TYPE bloom_filter(0.001) GRANULARITY 1,
  INDEX idx_session_id session_id TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX idx_response_ids response_ids TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX idx_revised_at revised_at TYPE minmax GRANULARITY 1
) ENGINE = {{merge_tree:interactions}}
PARTITION BY toYYYYMM(started_at)
ORDER BY (service_name, toStartOfHour(started_at), interaction_id)
TTL toDateTime(started_at) + toIntervalDay({{own_days}})
SETTINGS enable_block_number_column = 1, enable_block_offset_column = 1, {{durable}};

CREATE TABLE IF NOT EXISTS calibrant.model_calls {{on_cluster}} (
  interaction_id String CODEC(ZSTD(1)),
  trace_id String CODEC(ZSTD(1)),
  span_id String CODEC(ZSTD(1)),
  parent_span_id String CODEC(ZSTD(1)),
  kind LowCardinality(String),
  name LowCardinality(String),
  service_name LowCardinality(String),
  started_at DateTime64(3) CODEC(Delta, ZSTD(1)),
  duration_ms Float64,
  status LowCardinality(String),
  error_type LowCardinality(String),
  operation LowCardinality(String),
  provider LowCardinality(String),
  request_model LowCardinality(String),
  response_model LowCardinality(String),
  response_id String CODEC(ZSTD(1)),
  finish_reason LowCardinality(String),
  input_tokens UInt64,
  output_tokens UInt64,
  cache_read_tokens UInt64,
  reasoning_tokens UInt64,
  cost_usd Nullable(Float64),
  input_text String CODEC(ZSTD(3)),
  output_text String CODEC(ZSTD(3)),
  dialect LowCardinality(String),
  revision UInt64,
  INDEX idx_trace_id trace_id TYPE bloom_filter(0.001) GRANULARITY 1,
  INDEX idx_response_id response_id TYPE bloom_filter(0.01) GRANULARITY 1
) ENGINE = {{merge_tree:model_calls}}
PARTITION BY toYYYYMM(started_at)
ORDER BY (service_name, toStartOfHour(started_at), interaction_id, span_id)
TTL toDateTime(started_at) + toIntervalDay({{own_days}})
SETTINGS enable_block_number_column = 1, enable_block_offset_column = 1, {{durable}};
