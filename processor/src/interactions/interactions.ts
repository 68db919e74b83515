import { startWorker, type Worker } from "../kernel/worker.js";
import { loadPrices, type PriceList } from "./prices/prices.js";
import type { InteractionsConfig } from "./interactions-config.js";
import { createWalk, type WalkOptions } from "./walk/walk.js";

export { assembleTrace } from "./assembly/assemble.js";

export { runBackfill, type BackfillResult } from "./walk/backfill.js";

export { startLookBack } from "./walk/look-back.js";

export { markTurn } from "./sessions/turn-marks.js";

export type { PriceList } from "./prices/prices.js";
export type InteractionsOptions = WalkOptions;

/**
 * Starts the walk from raw spans and logs to interactions: follow what arrives, wait until a trace
 * has settled, read it, assemble it, write it. A trace that gets more spans later is assembled
 * again and its interactions are revised.
 */
export function startInteractions(options: InteractionsOptions): Worker {
  const { clock, logger } = options;
  const walk = createWalk(options);
  return startWorker({
    name: "interactions",
    clock,
    logger,
    idleDelay: () => walk.idle(),
    round: () => walk.round(),
  });
}

/**
 * The prices that come with Calibrant, with the configured ones before them.
 * @throws CalibrantError CONFIG_INVALID when the price list cannot be read
 */
export function pricesOf(config: InteractionsConfig): PriceList {
  return loadPrices(
    config.prices.map((rule) => ({
      providers: rule.providers,
      models: rule.models,
      input: rule.input,
      cachedInput: rule.cached_input ?? rule.input,
      cacheWrite: rule.cache_write ?? rule.input,
      output: rule.output,
      reasoning: rule.reasoning ?? rule.output,
      tiers: new Map(Object.entries(rule.tiers)),
    })),
  );
}

/** What a judge model costs by the price list: US dollars per million tokens. */
export function judgePriceOf(prices: PriceList) {
  return (model: string) => {
    const price = prices.find("", model);
    return price === undefined ? undefined : { ...price, cached_input: price.cachedInput };
  };
}
