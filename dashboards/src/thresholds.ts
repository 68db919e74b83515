/** Limits that panels draw and alert rules fire at: one place, so that they agree. Shares of 1. */
export const qualityThreshold = {
  /** Below this the alert fires and panels are red. */
  low: 0.7,
  /** The alert recovers, and panels are green, only from here on. */
  recovered: 0.75,
  /** Scores within the window that an alert needs before it may fire. */
  minimumScores: 30,
} as const;

export const errorRateThreshold = { high: 0.02, critical: 0.05 } as const;
