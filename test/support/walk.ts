import { createNoopMeter } from "@opentelemetry/api";
import { interactionsConfig } from "#processor/interactions/interactions-config.js";
import { loadPrices } from "#processor/interactions/prices/prices.js";
import { createWalk, type WalkOptions } from "#processor/interactions/walk/walk.js";
import { systemClock } from "#processor/kernel/clock.js";
import { createLogger } from "#processor/kernel/logger.js";

export type WalkSetup = Pick<WalkOptions, "reader" | "writer" | "cursors"> &
  Partial<Omit<WalkOptions, "config">> & { readonly config?: Record<string, unknown> };

/** A walk with the settings that matter to a test. */
export function walkFor(setup: WalkSetup): () => Promise<boolean> {
  const walk = createWalk({
    meter: createNoopMeter(),
    logger: createLogger("silent"),
    clock: systemClock,
    prices: loadPrices(),
    ...setup,
    config: interactionsConfig.parse(setup.config ?? {}),
  });
  return () => walk.round();
}

/** Rounds until none is left to do at once. */
export async function walkToRest(round: () => Promise<boolean>): Promise<void> {
  while (await round());
}
