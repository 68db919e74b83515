-- What dashboards, alert rules and pages read. The tables behind may change; these do not.

CREATE VIEW IF NOT EXISTS calibrant.v_interactions {{on_cluster}} AS
SELECT * EXCEPT (revision, content_hash) FROM calibrant.interactions;

CREATE VIEW IF NOT EXISTS calibrant.v_model_calls {{on_cluster}} AS
SELECT * EXCEPT (revision) FROM calibrant.model_calls;

-- The newest outcome of each interaction, evaluator and evaluator version.
CREATE VIEW IF NOT EXISTS calibrant.v_evaluations {{on_cluster}} AS
SELECT * FROM calibrant.evaluations
ORDER BY evaluated_at DESC
LIMIT 1 BY interaction_id, evaluator, evaluator_version;

-- One row for one feedback event, however often it was sent.
CREATE VIEW IF NOT EXISTS calibrant.v_feedback_events {{on_cluster}} AS
SELECT * FROM calibrant.feedback
ORDER BY received_at DESC
LIMIT 1 BY feedback_id;
