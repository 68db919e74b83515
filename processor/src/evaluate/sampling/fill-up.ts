/** Something that takes `demand` for each unit of a share, up to `cap`. */
export interface Claim {
  readonly demand: number;
  /** Its share grows with the common level times this. */
  readonly weight: number;
  /** Largest share. */
  readonly cap: number;
}

/**
 * The level L at which the claims together take `amount`: the sum of demand * min(cap, L * weight).
 * What one claim leaves at its cap goes to the others. Infinity when there is enough for all.
 */
export function fillUp(claims: readonly Claim[], amount: number): number {
  let slope = claims.reduce((sum, { demand, weight }) => sum + demand * weight, 0);
  let left = Math.max(0, amount);
  const byFullness = claims.toSorted((a, b) => a.cap / a.weight - b.cap / b.weight);
  for (const { demand, weight, cap } of byFullness) {
    if (left < (slope * cap) / weight) return left / slope;
    left -= demand * cap;
    slope -= demand * weight;
  }
  return Number.POSITIVE_INFINITY;
}
