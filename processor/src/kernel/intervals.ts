/** An estimate with the bounds of its confidence interval. */
export interface Interval {
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
}

/** Successes among trials; both may be fractional where they come from weighted samples. */
export interface Proportion {
  readonly successes: number;
  readonly trials: number;
}

/** The two-sided 95% point of the normal distribution. */
export const z95 = 1.959_963_984_540_054;

/**
 * The score interval of a proportion (E. B. Wilson, JASA 22, 1927, pp. 209-212), which keeps its
 * coverage for few trials and near 0 and 1. Undefined without a trial.
 */
export function wilsonInterval(
  { successes, trials }: Proportion,
  z: number = z95,
): Interval | undefined {
  if (!(trials > 0)) return undefined;
  const estimate = successes / trials;
  const spread = 1 + z ** 2 / trials;
  const centre = (estimate + z ** 2 / (2 * trials)) / spread;
  const half =
    (z / spread) * Math.sqrt((estimate * (1 - estimate)) / trials + z ** 2 / (4 * trials ** 2));
  return {
    estimate,
    lower: successes <= 0 ? 0 : centre - half,
    upper: successes >= trials ? 1 : centre + half,
  };
}

/**
 * The difference `first - second` of two independent proportions with the hybrid score interval
 * (R. G. Newcombe, Statistics in Medicine 17, 1998, pp. 873-890, method 10). Undefined where one
 * of them has no trial.
 */
export function differenceInterval(
  first: Proportion,
  second: Proportion,
  z: number = z95,
): Interval | undefined {
  const a = wilsonInterval(first, z);
  const b = wilsonInterval(second, z);
  if (a === undefined || b === undefined) return undefined;
  const estimate = a.estimate - b.estimate;
  return {
    estimate,
    lower: estimate - Math.hypot(a.estimate - a.lower, b.upper - b.estimate),
    upper: estimate + Math.hypot(a.upper - a.estimate, b.estimate - b.lower),
  };
}

/**
 * The point below which a standard normal variable lies with probability `p`, 0 < p < 1, to about
 * ten digits: bisection on the distribution function as the series of G. Marsaglia (Journal of
 * Statistical Software 11(4), 2004).
 */
export function normalQuantile(p: number): number {
  let lower = -8;
  let upper = 8;
  for (let step = 0; step < 60; step++) {
    const middle = (lower + upper) / 2;
    if (normalShareBelow(middle) < p) lower = middle;
    else upper = middle;
  }
  return (lower + upper) / 2;
}

function normalShareBelow(x: number): number {
  let term = x;
  let sum = x;
  for (let odd = 3; sum + term !== sum; odd += 2) {
    term *= x ** 2 / odd;
    sum += term;
  }
  return 0.5 + (sum * Math.exp(-(x ** 2) / 2)) / Math.sqrt(2 * Math.PI);
}
