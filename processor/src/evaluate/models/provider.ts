import type { Clock } from "../../kernel/clock.js";
import { createCircuit, type Circuit, type CircuitOptions } from "./circuit.js";
import { createLimiter, type Limiter } from "./limiter.js";
import type { ModelConfig } from "./model-config.js";
import { createRate, type Rate } from "./rate.js";

/** What the models at one address with one key share. */
export interface Provider {
  readonly limiter: Limiter;
  readonly rate: Rate;
  readonly circuit: Circuit;
}

/** Models have the same provider when these are the same. */
export function providerKey({ base_url, api_key }: ModelConfig): string {
  return `${new URL(base_url).origin} ${api_key}`;
}

/**
 * A provider takes as much as the most that one of its models may; its circuit has the settings of
 * the first.
 */
export function createProvider(
  models: readonly [ModelConfig, ...ModelConfig[]],
  clock: Clock,
  onChange: CircuitOptions["onChange"],
): Provider {
  return {
    limiter: createLimiter(Math.max(...models.map(({ concurrency }) => concurrency))),
    rate: createRate(
      {
        requests_per_minute: most(models.map((model) => model.requests_per_minute)),
        tokens_per_minute: most(models.map((model) => model.tokens_per_minute)),
      },
      clock,
    ),
    circuit: createCircuit({ settings: models[0].circuit, clock, onChange }),
  };
}

function most(limits: readonly (number | null)[]): number | null {
  let largest = 0;
  for (const limit of limits) {
    if (limit === null) return null;
    largest = Math.max(largest, limit);
  }
  return largest;
}
