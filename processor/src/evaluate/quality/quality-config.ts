import { isDeepStrictEqual } from "node:util";
import { z } from "zod";

const share = z.number().min(0).max(1);

/** What the composite quality of an interaction is made of. */
export const qualityConfig = z
  .record(
    z.string().min(1),
    z.strictObject({
      weight: z
        .number()
        .min(0)
        .max(1_000)
        .default(1)
        .describe("Its weight among the parts that are there; 0 for a part that is only a veto"),
      veto_below: share
        .gt(0)
        .nullable()
        .default(null)
        .describe("A score below it holds the quality down to that score; null for no veto"),
    }),
  )
  .refine((parts) => Object.values(parts).some(({ weight }) => weight > 0), {
    message: "at least one part needs a weight above 0",
  });

/** What holds where the configuration says nothing. */
export const standardQuality: z.input<typeof qualityConfig> = {
  relevance: { weight: 1 },
  groundedness: { weight: 1 },
  feedback: { weight: 1 },
  "empty-answer": { weight: 0, veto_below: 0.5 },
};

export type QualityConfig = z.output<typeof qualityConfig>;

/** Whether it says what holds without a setting. */
export function isStandardQuality(config: QualityConfig): boolean {
  return isDeepStrictEqual(config, qualityConfig.parse(standardQuality));
}
