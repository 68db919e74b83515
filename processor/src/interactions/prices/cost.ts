import type { PriceList } from "./prices.js";
import type { SpanReading } from "../reading.js";

export interface CallCost {
  /** Null when it cannot be known; never 0 for that reason. */
  readonly usd: number | null;
  /** The model whose price is missing, where that is why. */
  readonly unpriced: string | undefined;
}

const nothing: CallCost = { usd: 0, unpriced: undefined };
const unknown: CallCost = { usd: null, unpriced: undefined };
const million = 1_000_000;

/**
 * What one call has cost, by the list of prices, else as the source reported it. A call that failed
 * without using tokens has cost nothing; one that succeeded without saying what it used has cost
 * something that nobody knows.
 */
export function costOf(reading: SpanReading, failed: boolean, prices: PriceList): CallCost {
  const { input, output, cacheRead, cacheWrite, reasoning = 0 } = reading.usage;
  if (input === undefined && output === undefined) return failed ? nothing : unknown;
  const price =
    prices.find(reading.provider, reading.responseModel) ??
    prices.find(reading.provider, reading.requestModel);
  if (price === undefined && reading.reportedCost !== undefined) {
    return { usd: reading.reportedCost, unpriced: undefined };
  }
  if (price === undefined) {
    return { usd: null, unpriced: reading.responseModel || reading.requestModel };
  }
  const factor = tierFactor(reading.serviceTier, price.tiers);
  if (factor === undefined) {
    const model = reading.responseModel || reading.requestModel;
    return { usd: null, unpriced: `${model} (${reading.serviceTier})` };
  }
  const cached = cacheRead ?? 0;
  const written = cacheWrite ?? 0;
  const plain = Math.max(0, (input ?? 0) - cached - written);
  const usd =
    (plain * price.input +
      cached * price.cachedInput +
      written * price.cacheWrite +
      Math.max(0, (output ?? 0) - reasoning) * price.output +
      Math.min(reasoning, output ?? 0) * price.reasoning) *
    (factor / million);
  return { usd, unpriced: undefined };
}

/** What providers call the tier that list prices are for. */
const standardTiers: ReadonlySet<string> = new Set([
  "",
  "default",
  "standard",
  "auto",
  "on_demand",
]);

/** Undefined where nobody knows what a tier costs: no price is better than a wrong one. */
function tierFactor(tier: string, known: ReadonlyMap<string, number>): number | undefined {
  return known.get(tier) ?? (standardTiers.has(tier) ? 1 : undefined);
}

/** The cost of several calls: unknown as soon as one of them is. */
export function sumCosts(costs: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const cost of costs) {
    if (cost === null) return null;
    sum += cost;
  }
  return Number(sum.toPrecision(12));
}
