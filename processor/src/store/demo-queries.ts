import type {
  DemoQueries,
  DemoStats,
  EvaluatorTally,
  FeatureQuality,
  ScoreSummary,
} from "../model/demo.js";
import { storeTime, type StoreClient } from "./client.js";

/** Counts come as text, since they are 64 bits wide. */
type Count = string;

interface TotalsRow {
  readonly spans: Count;
  readonly interactions: Count;
  readonly errors: Count;
  readonly cost_usd: number | null;
  readonly feedback: Count;
  readonly feedback_joined: Count;
  readonly score_lag: number | null;
}

interface TallyRow {
  readonly evaluator: string;
  readonly scored: Count;
  readonly skipped: Count;
  readonly failed: Count;
  readonly sampled_out: Count;
  readonly over_budget: Count;
  readonly mean_score: number | null;
  readonly cost_usd: number | null;
}

interface FeatureRow {
  readonly release: string;
  readonly feature: string;
  readonly interactions: Count;
  readonly errors: Count;
  readonly cost_usd: number | null;
  readonly thumbs: Count;
  readonly thumbs_up: Count;
}

interface ScoreRow {
  readonly release: string;
  readonly feature: string;
  readonly evaluator: string;
  readonly mean: number;
  readonly effective_count: number;
  readonly count: Count;
}

/** The newest line of each interaction and evaluator, with the interaction it belongs to. */
const ledger = `
  SELECT
    evaluator,
    interaction_id,
    any(release) AS release,
    any(feature) AS feature,
    any(kind) AS kind,
    minIf(evaluated_at, outcome = 'scored') AS first_scored_at,
    argMax(outcome, evaluated_at) AS last_outcome,
    argMax(tuple(score), evaluated_at).1 AS last_score,
    argMax(probability, evaluated_at) AS last_probability,
    sum(judge_cost_usd) AS cost
  FROM calibrant.v_ledger
  WHERE service_name = {service:String}
    AND started_at >= {since:DateTime64(3)}
    AND evaluated_at >= {since:DateTime64(3)}
  GROUP BY evaluator, interaction_id`;

const totalsSql = `
WITH
  turns AS (
    SELECT interaction_id, status, cost_usd, started_at, duration_ms
    FROM calibrant.v_interactions
    WHERE service_name = {service:String} AND started_at >= {since:DateTime64(3)}
  ),
  judged AS (${ledger} HAVING kind = 'llm' AND last_outcome = 'scored')
SELECT
  (
    SELECT count() FROM otel.otel_traces
    WHERE ServiceName = {service:String} AND Timestamp >= {since:DateTime64(3)}
  ) AS spans,
  (SELECT count() FROM turns) AS interactions,
  (SELECT countIf(status = 'error') FROM turns) AS errors,
  (SELECT sum(cost_usd) FROM turns) AS cost_usd,
  (
    SELECT count() FROM calibrant.v_feedback WHERE received_at >= {since:DateTime64(3)}
  ) AS feedback,
  (
    SELECT countIf(matched) FROM calibrant.v_feedback WHERE received_at >= {since:DateTime64(3)}
  ) AS feedback_joined,
  (
    SELECT if(count() = 0, NULL, quantileExact(0.5)(lag))
    FROM (
      SELECT
        min(toUnixTimestamp64Milli(judged.first_scored_at))
          - any(toUnixTimestamp64Milli(turns.started_at) + turns.duration_ms) AS lag
      FROM turns
      INNER JOIN judged ON judged.interaction_id = turns.interaction_id
      WHERE turns.started_at >= now64(3) - toIntervalSecond(60)
      GROUP BY turns.interaction_id
    )
  ) AS score_lag`;

const talliesSql = `
SELECT
  evaluator,
  countIf(last_outcome = 'scored') AS scored,
  countIf(last_outcome = 'skipped') AS skipped,
  countIf(last_outcome = 'failed') AS failed,
  countIf(last_outcome = 'sampled_out') AS sampled_out,
  countIf(last_outcome = 'over_budget') AS over_budget,
  sum(last_score / last_probability)
    / nullIf(sumIf(1 / last_probability, last_score IS NOT NULL), 0) AS mean_score,
  sumIf(cost, kind = 'llm') AS cost_usd
FROM (${ledger})
GROUP BY evaluator
ORDER BY evaluator`;

const featuresSql = `
WITH opinions AS (
  SELECT
    interaction_id,
    countIf(value > 0) AS up,
    count() AS given
  FROM calibrant.v_feedback
  WHERE matched AND kind = 'thumbs' AND received_at >= {since:DateTime64(3)}
  GROUP BY interaction_id
)
SELECT
  turns.release AS release,
  turns.feature AS feature,
  count() AS interactions,
  countIf(turns.status = 'error') AS errors,
  sum(turns.cost_usd) AS cost_usd,
  sum(opinions.given) AS thumbs,
  sum(opinions.up) AS thumbs_up
FROM calibrant.v_interactions AS turns
LEFT JOIN opinions ON opinions.interaction_id = turns.interaction_id
WHERE turns.service_name = {service:String} AND turns.started_at >= {since:DateTime64(3)}
GROUP BY release, feature
ORDER BY release, feature`;

const scoresSql = `
SELECT
  release,
  feature,
  evaluator,
  sum(last_score / last_probability) / sum(1 / last_probability) AS mean,
  pow(sum(1 / last_probability), 2) / sum(pow(1 / last_probability, 2)) AS effective_count,
  count() AS count
FROM (${ledger})
WHERE last_outcome = 'scored'
GROUP BY release, feature, evaluator
ORDER BY release, feature, evaluator`;

/** What the demo's progress and its summary read. */
export function createDemoQueries(client: StoreClient): DemoQueries {
  return {
    stats: async (service, since) => {
      const params = { service, since: storeTime(since) };
      const [totals, tallies] = await Promise.all([
        client.query<TotalsRow>(totalsSql, params),
        client.query<TallyRow>(talliesSql, params),
      ]);
      return statsOf(totals[0], tallies);
    },
    quality: async (service, since) => {
      const params = { service, since: storeTime(since) };
      const [features, scores] = await Promise.all([
        client.query<FeatureRow>(featuresSql, params),
        client.query<ScoreRow>(scoresSql, params),
      ]);
      return features.map((row) => qualityOf(row, scores));
    },
  };
}

function statsOf(totals: TotalsRow | undefined, tallies: readonly TallyRow[]): DemoStats {
  const costs = tallies.map(({ cost_usd }) => cost_usd).filter((cost) => cost !== null);
  return {
    spans: Number(totals?.spans ?? 0),
    interactions: Number(totals?.interactions ?? 0),
    errors: Number(totals?.errors ?? 0),
    feedback: Number(totals?.feedback ?? 0),
    feedbackJoined: Number(totals?.feedback_joined ?? 0),
    evaluators: tallies.map(tallyOf),
    cost_usd: totals?.cost_usd ?? null,
    judge_cost_usd: costs.length === 0 ? null : costs.reduce((sum, cost) => sum + cost, 0),
    scoreLag: totals?.score_lag ?? null,
  };
}

function tallyOf(row: TallyRow): EvaluatorTally {
  return {
    evaluator: row.evaluator,
    scored: Number(row.scored),
    skipped: Number(row.skipped),
    failed: Number(row.failed),
    sampledOut: Number(row.sampled_out),
    overBudget: Number(row.over_budget),
    meanScore: row.mean_score,
  };
}

function qualityOf(row: FeatureRow, scores: readonly ScoreRow[]): FeatureQuality {
  const own = scores.filter(
    ({ release, feature }) => release === row.release && feature === row.feature,
  );
  return {
    release: row.release,
    feature: row.feature,
    interactions: Number(row.interactions),
    errors: Number(row.errors),
    cost_usd: row.cost_usd,
    thumbs: Number(row.thumbs),
    thumbsUp: Number(row.thumbs_up),
    scores: own.map(({ evaluator, mean, effective_count, count }): ScoreSummary => ({
      evaluator,
      mean,
      effectiveCount: effective_count,
      count: Number(count),
    })),
  };
}
