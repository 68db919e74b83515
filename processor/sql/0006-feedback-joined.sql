-- Feedback with the interaction that it is about, whichever of the two came first: one row for one
-- event, and empty columns where the interaction is not known (yet).
--
-- The interaction is the one that was named; else, of the named trace, the one whose root is the
-- named span, or that made the named call, or the last one; else the one that got the named
-- response. Feedback is the small side of every join.
CREATE VIEW IF NOT EXISTS calibrant.v_feedback {{on_cluster}} AS
WITH
  events AS (
    SELECT feedback_id, interaction_id, trace_id, span_id, response_id
    FROM calibrant.v_feedback_events
  ),
  named AS (
    SELECT feedback_id, interaction_id, 1 AS preference
    FROM events
    WHERE interaction_id != ''
    UNION ALL
    SELECT events.feedback_id, calls.interaction_id, 3
    FROM calibrant.v_model_calls AS calls
    INNER JOIN (SELECT * FROM events WHERE trace_id != '' AND span_id != '') AS events
      ON calls.trace_id = events.trace_id AND calls.span_id = events.span_id
  ),
  matches AS (
    SELECT
      named.feedback_id AS feedback_id,
      named.preference AS preference,
      turns.interaction_id AS interaction_id,
      turns.started_at AS started_at
    FROM calibrant.v_interactions AS turns
    INNER JOIN named ON turns.interaction_id = named.interaction_id
    UNION ALL
    SELECT
      events.feedback_id,
      if(turns.span_id = events.span_id, 2, 4),
      turns.interaction_id,
      turns.started_at
    FROM calibrant.v_interactions AS turns
    INNER JOIN (SELECT * FROM events WHERE trace_id != '') AS events
      ON turns.trace_id = events.trace_id
    UNION ALL
    SELECT events.feedback_id, 5, turns.interaction_id, turns.started_at
    FROM (
      SELECT interaction_id, started_at, arrayJoin(response_ids) AS response_id
      FROM calibrant.v_interactions
    ) AS turns
    INNER JOIN (SELECT * FROM events WHERE response_id != '') AS events
      ON turns.response_id = events.response_id
  ),
  best AS (
    SELECT
      feedback_id,
      argMin(interaction_id, (preference, -toUnixTimestamp64Milli(started_at), interaction_id)) AS interaction_id
    FROM matches
    GROUP BY feedback_id
  ),
  joined AS (
    SELECT
      best.feedback_id AS feedback_id,
      turns.interaction_id AS interaction_id,
      turns.trace_id AS trace_id,
      turns.span_id AS span_id,
      turns.service_name AS service_name,
      turns.environment AS environment,
      turns.release AS release,
      turns.agent_name AS agent_name,
      turns.feature AS feature,
      turns.user_id AS user_id,
      turns.user_segment AS user_segment,
      turns.session_id AS session_id,
      turns.variant AS variant,
      turns.request_model AS request_model,
      turns.response_model AS response_model,
      turns.prompt_name AS prompt_name,
      turns.prompt_version AS prompt_version,
      turns.intent AS intent,
      turns.started_at AS started_at
    FROM calibrant.v_interactions AS turns
    INNER JOIN best ON turns.interaction_id = best.interaction_id
    LIMIT 1 BY feedback_id
  )
SELECT
  sent.feedback_id AS feedback_id,
  sent.received_at AS received_at,
  sent.occurred_at AS occurred_at,
  sent.kind AS kind,
  sent.value AS value,
  sent.value_max AS value_max,
  sent.choice AS choice,
  sent.comment AS comment,
  sent.source AS source,
  joined.interaction_id != '' AS matched,
  joined.interaction_id AS interaction_id,
  if(joined.trace_id = '', sent.trace_id, joined.trace_id) AS trace_id,
  if(joined.span_id = '', sent.span_id, joined.span_id) AS span_id,
  sent.response_id AS response_id,
  joined.service_name AS service_name,
  joined.environment AS environment,
  joined.release AS release,
  joined.agent_name AS agent_name,
  joined.feature AS feature,
  if(sent.user_id = '', joined.user_id, sent.user_id) AS user_id,
  joined.user_segment AS user_segment,
  joined.session_id AS session_id,
  joined.variant AS variant,
  joined.request_model AS request_model,
  joined.response_model AS response_model,
  joined.prompt_name AS prompt_name,
  joined.prompt_version AS prompt_version,
  joined.intent AS intent,
  joined.started_at AS started_at
FROM calibrant.v_feedback_events AS sent
LEFT JOIN joined ON sent.feedback_id = joined.feedback_id;
