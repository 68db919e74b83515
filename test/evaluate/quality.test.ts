import { expect, it } from "vitest";
import { evaluateConfig } from "#processor/evaluate/evaluate-config.js";
import { startQuality } from "#processor/evaluate/evaluate.js";
import { CalibrantError } from "#processor/kernel/errors.js";
import { createLogger } from "#processor/kernel/logger.js";
import { systemClock } from "#processor/kernel/clock.js";
import type { QualityPart } from "#processor/model/quality.js";
import { until } from "../support/until.js";

it("hands the definition of the composite quality to the store, which may be away at first", async () => {
  const defined: (readonly QualityPart[])[] = [];
  let away = true;
  const worker = startQuality({
    config: evaluateConfig.parse({
      quality: { relevance: {}, refusal: { weight: 0, veto_below: 0.3 } },
    }).quality,
    clock: systemClock,
    logger: createLogger("silent"),
    definitions: {
      read: async () => [],
      define: async (parts) => {
        if (away) {
          away = false;
          throw new CalibrantError("STORE_UNAVAILABLE", "away", { retryable: true });
        }
        defined.push(parts);
      },
    },
  });
  try {
    await until("the definition", () => defined.length === 1);
    expect(defined).toEqual([
      [
        { part: "refusal", weight: 0, veto_below: 0.3 },
        { part: "relevance", weight: 1, veto_below: null },
      ],
    ]);
  } finally {
    await worker.stop();
  }
});
