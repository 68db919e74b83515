-- What has been forwarded to other systems, and verdicts that come back from there.

-- Lines of the ledger that an endpoint has taken, refused for good or cannot be given. Together with
-- the place in `cursors` it says what is left to send; the place alone would not, since inserts
-- become visible late. Marks behind the place are of no use.
CREATE TABLE IF NOT EXISTS calibrant.forwarded {{on_cluster}} (
  stream LowCardinality(String),
  id String CODEC(ZSTD(1)),
  written_at DateTime64(3) CODEC(Delta, ZSTD(1)),
  forwarded_at DateTime64(3) DEFAULT now64(3)
) ENGINE = {{merge_tree:forwarded}}
PARTITION BY toDate(forwarded_at)
ORDER BY (stream, written_at, id)
TTL toDateTime(forwarded_at) + toIntervalDay(7)
SETTINGS ttl_only_drop_parts = 1, {{durable}};

-- Rows from before `written_at` would show the time of each reading.
ALTER TABLE calibrant.evaluations {{on_cluster}} MATERIALIZE COLUMN written_at SETTINGS mutations_sync = 2;
ALTER TABLE calibrant.evaluations {{on_cluster}} ADD INDEX IF NOT EXISTS idx_written_at written_at TYPE minmax GRANULARITY 1;

-- A verdict about a trace is not news of the trace: it must not have it assembled and judged again.
ALTER TABLE calibrant.trace_arrivals_from_spans {{on_cluster}} MODIFY QUERY
SELECT
  now64(3) AS arrived_at,
  TraceId AS trace_id,
  any(ServiceName) AS service_name,
  toUInt32(count()) AS spans,
  toUInt32(0) AS logs,
  toUInt32(countIf(ParentSpanId = '')) AS roots,
  toDateTime64(min(Timestamp), 3) AS earliest,
  toDateTime64(max(Timestamp), 3) AS latest
FROM otel.otel_traces
WHERE TraceId != ''
  AND NOT (startsWith(SpanName, 'evaluate ') AND mapContains(SpanAttributes, 'calibrant.evaluation.id'))
GROUP BY TraceId;

ALTER TABLE calibrant.trace_arrivals_from_logs {{on_cluster}} MODIFY QUERY
SELECT
  now64(3) AS arrived_at,
  TraceId AS trace_id,
  any(ServiceName) AS service_name,
  toUInt32(0) AS spans,
  toUInt32(count()) AS logs,
  toUInt32(0) AS roots,
  toDateTime64(min(Timestamp), 3) AS earliest,
  toDateTime64(max(Timestamp), 3) AS latest
FROM otel.otel_logs
WHERE TraceId != ''
  AND NOT mapContains(LogAttributes, 'gen_ai.evaluation.name')
GROUP BY TraceId;
