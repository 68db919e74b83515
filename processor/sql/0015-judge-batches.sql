-- Questions to judges that were sent as a batch, until their answers are lines of the ledger. A row is
-- written before the provider is asked to begin, and again with the name that it gave the batch.
CREATE TABLE IF NOT EXISTS calibrant.judge_batches {{on_cluster}} (
  id String,
  model LowCardinality(String),
  origin LowCardinality(String),
  file_id String,
  batch_id String,
  submitted_at DateTime64(3),
  pairs Array(Tuple(
    request String,
    interaction_id String,
    evaluator String,
    evaluator_version String,
    probability Float64,
    panel Bool
  )) CODEC(ZSTD(1)),
  written_at DateTime64(3) DEFAULT now64(3)
) ENGINE = {{replacing_merge_tree:judge_batches:written_at}}
ORDER BY id
TTL toDateTime(submitted_at) + toIntervalDay(30)
SETTINGS {{durable}};
