import type { WalkMetrics } from "./walk-metrics.js";

/** What became of the traces of a backfill. */
export interface BackfillTally {
  readonly interactions_added: number;
  readonly interactions_revised: number;
  readonly unpriced_calls: number;
  /** Traces that could not be assembled or that the store refuses; the log has the reasons. */
  readonly traces_failed: number;
}

/** Counts as the walk does, for a report instead of a scrape. */
export function createTally(): {
  readonly metrics: WalkMetrics;
  readonly counts: () => BackfillTally;
} {
  const written = { added: 0, revised: 0 };
  let [unpricedCalls, failed] = [0, 0];
  return {
    metrics: {
      traces: (outcome, count) => {
        if (outcome === "failed" || outcome === "refused") failed += count;
      },
      written: (kind, count) => {
        written[kind] += count;
      },
      unpriced: (calls) => {
        unpricedCalls += calls;
      },
      unreadable: () => undefined,
    },
    counts: () => ({
      interactions_added: written.added,
      interactions_revised: written.revised,
      unpriced_calls: unpricedCalls,
      traces_failed: failed,
    }),
  };
}
