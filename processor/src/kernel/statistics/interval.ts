/** The lower and the upper end of an interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Two-sided 95% of the standard normal distribution. */
export const z95 = 1.959963984540054;
