import type { Config } from "../config.js";
import { pricesOf } from "../interactions/interactions.js";

/** What a judge model costs where its settings do not say: US dollars per million tokens. */
export function judgePrices(config: Config) {
  const prices = pricesOf(config.processors.interactions);
  return (model: string) => {
    const price = prices.find("", model);
    return price === undefined ? undefined : { ...price, cached_input: price.cachedInput };
  };
}
