-- The newest outcome of each interaction, evaluator and evaluator version. Canaries are in `v_canaries`.
-- A verdict about a conversation (`subject`) names the interaction that was its last turn: one that
-- rested twice has two; take the last of a session.
CREATE OR REPLACE VIEW calibrant.v_evaluations {{on_cluster}} AS
SELECT
  e.evaluated_at AS evaluated_at,
  e.interaction_id AS interaction_id,
  e.trace_id AS trace_id,
  e.span_id AS span_id,
  e.session_id AS session_id,
  e.service_name AS service_name,
  e.evaluator AS evaluator,
  e.evaluator_version AS evaluator_version,
  e.kind AS kind,
  e.subject AS subject,
  e.outcome AS outcome,
  e.reason AS reason,
  e.score AS score,
  e.label AS label,
  e.explanation AS explanation,
  e.confidence AS confidence,
  e.probability AS probability,
  e.panel AS panel,
  e.stage AS stage,
  e.model AS model,
  e.cost_usd AS cost_usd,
  e.input_tokens AS input_tokens,
  e.output_tokens AS output_tokens,
  e.latency_ms AS latency_ms,
  e.written_at AS written_at
FROM calibrant.evaluations AS e
WHERE e.kind != 'canary'
ORDER BY e.evaluated_at DESC
LIMIT 1 BY e.interaction_id, e.evaluator, e.evaluator_version;

-- Every line of the ledger with what is known of its interaction, lines that a newer one replaces
-- among them: take `argMax(..., evaluated_at)` by evaluator and interaction, or, where `subject` is
-- 'conversation', by evaluator and `conversation`. It is not done here, because a filter on time does
-- not pass an aggregation. Filter by `started_at`, and by `evaluated_at` from the same start: an
-- interaction is judged after it began, so that loses nothing and spares the rest of the ledger.
-- `conversation` is what is drawn as a whole: the session, or the trace without one. An error of a mean
-- is summed over conversations, since turns of one are alike.
CREATE OR REPLACE VIEW calibrant.v_ledger {{on_cluster}} AS
SELECT
  e.evaluated_at AS evaluated_at,
  e.interaction_id AS interaction_id,
  e.evaluator AS evaluator,
  e.evaluator_version AS evaluator_version,
  e.kind AS kind,
  e.subject AS subject,
  e.outcome AS outcome,
  e.reason AS reason,
  e.score AS score,
  e.label AS label,
  e.explanation AS explanation,
  e.confidence AS confidence,
  e.probability AS probability,
  e.panel AS panel,
  e.stage AS stage,
  e.model AS model,
  e.cost_usd AS judge_cost_usd,
  e.latency_ms AS judge_latency_ms,
  e.service_name AS service_name,
  multiIf(i.session_id != '', i.session_id, i.trace_id != '', i.trace_id, e.interaction_id) AS conversation,
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
