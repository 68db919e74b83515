-- Which lines belong to the uniform panel, which model judged, in which order lines were stored, and
-- whether they are about an interaction or about the conversation that it was the last turn of.
ALTER TABLE calibrant.evaluations {{on_cluster}} ADD COLUMN IF NOT EXISTS panel Bool DEFAULT false;
ALTER TABLE calibrant.evaluations {{on_cluster}} ADD COLUMN IF NOT EXISTS model LowCardinality(String) DEFAULT '';
ALTER TABLE calibrant.evaluations {{on_cluster}} ADD COLUMN IF NOT EXISTS written_at DateTime64(3) DEFAULT now64(3);
ALTER TABLE calibrant.evaluations {{on_cluster}} ADD COLUMN IF NOT EXISTS subject LowCardinality(String) DEFAULT 'interaction';
