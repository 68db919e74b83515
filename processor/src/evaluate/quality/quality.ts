import type { Clock } from "../../kernel/clock.js";
import type { Logger } from "../../kernel/logger.js";
import { startWorker, type Worker } from "../../kernel/worker.js";
import type { QualityDefinitions } from "../../model/ports.js";
import type { QualityPart } from "../../model/quality.js";
import type { QualityConfig } from "./quality-config.js";

/** The name under which the user's feedback is a part. */
export const feedbackPart = "feedback";

export interface QualityOptions {
  readonly definitions: QualityDefinitions;
  readonly config: QualityConfig;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Hands the definition to the store, which composes the quality whenever it is read. */
export function startQuality({ definitions, config, clock, logger }: QualityOptions): Worker {
  const parts = partsOf(config);
  let defined = false;
  return startWorker({
    name: "define quality",
    clock,
    logger,
    idleDelay: 3_600_000,
    round: async () => {
      if (!defined) await definitions.define(parts);
      defined = true;
      return false;
    },
  });
}

function partsOf(config: QualityConfig): QualityPart[] {
  return Object.entries(config)
    .map(([part, settings]) => ({ part, ...settings }))
    .toSorted((a, b) => (a.part < b.part ? -1 : 1));
}
