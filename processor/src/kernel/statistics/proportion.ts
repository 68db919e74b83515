import { z95, type Interval } from "./interval.js";

/**
 * Wilson's score interval for a proportion (Wilson 1927).
 * @param successes 0 <= successes <= trials
 * @param z quantile of the standard normal distribution; 95% two-sided without it
 * @returns undefined without trials
 */
export function wilsonInterval(successes: number, trials: number, z = z95): Interval | undefined {
  if (trials === 0) return undefined;
  const middle = (successes + (z * z) / 2) / (trials + z * z);
  const half =
    (z / (trials + z * z)) * Math.sqrt((successes * (trials - successes)) / trials + (z * z) / 4);
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/**
 * The largest proportion that `successes` of `trials` do not speak against at the level `delta`:
 * the one-sided upper bound of Clopper and Pearson (1934), BetaInv(1 - delta; k + 1, n - k).
 * @returns 1 without trials, or when all succeeded
 */
export function clopperPearsonUpper(successes: number, trials: number, delta: number): number {
  if (successes >= trials) return 1;
  let low = successes / trials;
  let high = 1;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (binomialAtMost(successes, trials, middle) > delta) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * Whether the upper bound of Clopper and Pearson is at most `bound`: the same as comparing with
 * `clopperPearsonUpper`, without searching for it.
 * @param bound 0 < bound < 1
 */
export function isProportionAtMost(
  successes: number,
  trials: number,
  bound: number,
  delta: number,
): boolean {
  return successes < trials && binomialAtMost(successes, trials, bound) <= delta;
}

/** The probability of at most `successes` in `trials` of probability `p`, 0 < p < 1. */
function binomialAtMost(successes: number, trials: number, p: number): number {
  // From the likeliest term downwards, in logarithms: none is lost to underflow.
  let logTerm = trials * Math.log1p(-p);
  let largest = logTerm;
  const terms = [logTerm];
  for (let count = 1; count <= successes; count++) {
    logTerm += Math.log((trials - count + 1) / count) + Math.log(p) - Math.log1p(-p);
    largest = Math.max(largest, logTerm);
    terms.push(logTerm);
  }
  return Math.exp(largest) * terms.reduce((sum, term) => sum + Math.exp(term - largest), 0);
}
