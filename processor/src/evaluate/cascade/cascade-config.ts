import { z } from "zod";

const share = z.number().gt(0).lt(1);

/** Several judges one after the other, the cheapest first. */
export const cascadeConfig = z.strictObject({
  models: z
    .array(z.string().min(1))
    .min(2)
    .max(4)
    .describe("Names of models, the cheapest first; the next is asked where one is not sure"),
  certificate: z
    .string()
    .min(1)
    .describe("The file that `calibrant judge certify` wrote: how sure each stage has to be"),
  experts: z
    .boolean()
    .default(false)
    .describe("Whether the last model, too, has to be sure, and an expert decides otherwise"),
});

/** The form of the file that `calibrant judge certify` writes. */
export const certificateForm = z.strictObject({
  evaluator: z.string(),
  /** The share of wrong verdicts that is allowed among those that stand. */
  alpha: share,
  /** The probability that more are wrong. */
  delta: share,
  created_at: z.iso.datetime(),
  labels: z.int().nonnegative(),
  /** Items that were left out because they show the judge what another one shows it. */
  copies: z.int().nonnegative().default(0),
  stages: z.array(
    z.strictObject({
      model: z.string(),
      version: z.string(),
      /** The least confidence with which a verdict stands; null when no threshold holds the bound. */
      threshold: z.number().nullable(),
      /** Labelled items that reached the stage, those that stood there, and the wrong ones of them. */
      reached: z.int().nonnegative(),
      stood: z.int().nonnegative(),
      wrong: z.int().nonnegative(),
      /** Mean US dollars of a verdict; null when not known. */
      cost_usd: z.number().nonnegative().nullable(),
    }),
  ),
});

export type CascadeConfig = z.output<typeof cascadeConfig>;
export type Certificate = z.output<typeof certificateForm>;
