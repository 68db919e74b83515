-- Turns of a session: their place, and what each is to the one before it. Rows of earlier versions
-- have the place 0 and no marks until they are revised: `calibrant backfill`.
ALTER TABLE calibrant.interactions {{on_cluster}} ADD COLUMN IF NOT EXISTS turn_index UInt32;
ALTER TABLE calibrant.interactions {{on_cluster}} ADD COLUMN IF NOT EXISTS is_rephrase Bool;
ALTER TABLE calibrant.interactions {{on_cluster}} ADD COLUMN IF NOT EXISTS is_correction Bool;
ALTER TABLE calibrant.interactions {{on_cluster}} ADD COLUMN IF NOT EXISTS is_follow_up Bool;

CREATE OR REPLACE VIEW calibrant.v_interactions {{on_cluster}} AS
SELECT * EXCEPT (revision, content_hash) FROM calibrant.interactions;

-- One row for each session of a service. Time is no key of it: filter by the service, and by time in
-- `v_interactions` where only a stretch is wanted.
CREATE VIEW IF NOT EXISTS calibrant.v_sessions {{on_cluster}} AS
SELECT
  service_name,
  session_id,
  any(i.user_id) AS user_id,
  min(i.started_at) AS first_started_at,
  max(i.started_at) AS last_started_at,
  count() AS turns,
  countIf(i.is_rephrase) AS rephrases,
  countIf(i.is_correction) AS corrections,
  countIf(i.is_follow_up) AS follow_ups,
  countIf(i.status = 'error') AS errors,
  sum(i.cost_usd) AS cost_usd
FROM calibrant.interactions AS i
WHERE session_id != ''
GROUP BY service_name, session_id;

-- The service that rows came from, so that the traces of one do not wait for those of another.
ALTER TABLE calibrant.trace_arrivals {{on_cluster}} ADD COLUMN IF NOT EXISTS service_name LowCardinality(String);

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
GROUP BY TraceId;
