-- The tools that models were offered. Rows of earlier versions have none until they are revised:
-- `calibrant backfill`.
ALTER TABLE calibrant.interactions {{on_cluster}} ADD COLUMN IF NOT EXISTS tool_definitions String CODEC(ZSTD(3));

CREATE OR REPLACE VIEW calibrant.v_interactions {{on_cluster}} AS
SELECT * EXCEPT (revision, content_hash) FROM calibrant.interactions;
