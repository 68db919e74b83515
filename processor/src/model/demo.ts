/** One evaluator's lines in the ledger, summed up. */
export interface EvaluatorTally {
  readonly evaluator: string;
  readonly scored: number;
  readonly skipped: number;
  readonly failed: number;
  readonly sampledOut: number;
  readonly overBudget: number;
  /** Mean of the scores, weighted by sampling probability; null without a score. */
  readonly meanScore: number | null;
}

/** How far the demo has come. */
export interface DemoStats {
  /** Spans in the store. */
  readonly spans: number;
  readonly interactions: number;
  readonly errors: number;
  readonly feedback: number;
  /** Of the feedback, how much is joined to its interaction. */
  readonly feedbackJoined: number;
  readonly evaluators: readonly EvaluatorTally[];
  /** US dollars of the application's own calls; null where no price is known. */
  readonly cost_usd: number | null;
  readonly judge_cost_usd: number | null;
  /** Median milliseconds from the end of a turn to its first judge's score, of late; null without one. */
  readonly scoreLag: number | null;
}

/** The scores of one evaluator on one release and feature. */
export interface ScoreSummary {
  readonly evaluator: string;
  /** Mean, weighted by sampling probability (Hajek). */
  readonly mean: number;
  /** Scores of the same worth under equal probabilities: (sum w)^2 / sum w^2. */
  readonly effectiveCount: number;
  readonly count: number;
}

/** Quality of one feature in one release. */
export interface FeatureQuality {
  readonly release: string;
  readonly feature: string;
  readonly interactions: number;
  readonly errors: number;
  readonly cost_usd: number | null;
  readonly thumbs: number;
  readonly thumbsUp: number;
  readonly scores: readonly ScoreSummary[];
}

/** What the demo reads of the store. Both look at one service from `since` (milliseconds) on. */
export interface DemoQueries {
  stats(service: string, since: number): Promise<DemoStats>;
  quality(service: string, since: number): Promise<readonly FeatureQuality[]>;
}
