import type { Clock } from "../../kernel/clock.js";
import type { ModelConfig } from "./model-config.js";
import { createTokenBucket } from "./token-bucket.js";

/** Requests and tokens a minute. */
export interface Rate {
  /**
   * Waits until a request of so many tokens may be sent.
   * @returns what is to be told how many tokens it really took
   * @throws the signal's reason when it aborts
   */
  take(tokens: number, signal: AbortSignal): Promise<(took: number) => void>;
}

export function createRate(
  limits: Pick<ModelConfig, "requests_per_minute" | "tokens_per_minute">,
  clock: Clock,
): Rate {
  const { requests_per_minute, tokens_per_minute } = limits;
  const requests =
    requests_per_minute === null ? undefined : createTokenBucket(requests_per_minute, clock);
  const tokens =
    tokens_per_minute === null ? undefined : createTokenBucket(tokens_per_minute, clock);
  return {
    take: async (estimate, signal) => {
      await requests?.take(1, signal);
      await tokens?.take(estimate, signal);
      return (took) => tokens?.giveBack(estimate - took);
    },
  };
}
