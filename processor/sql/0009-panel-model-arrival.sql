-- Which lines belong to the uniform panel, which model judged, and in which order lines were stored.
ALTER TABLE calibrant.evaluations {{on_cluster}} ADD COLUMN IF NOT EXISTS panel Bool DEFAULT false;
ALTER TABLE calibrant.evaluations {{on_cluster}} ADD COLUMN IF NOT EXISTS model LowCardinality(String) DEFAULT '';
ALTER TABLE calibrant.evaluations {{on_cluster}} ADD COLUMN IF NOT EXISTS written_at DateTime64(3) DEFAULT now64(3);
