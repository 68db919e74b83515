import { z } from "zod";
import { personalDataKinds } from "../../model/personal-data.js";

/** An answer is handed to checks with so many characters at most. */
const longestAnswer = 50_000;
const characters = z.int().min(0).max(longestAnswer);
const languageCode = z.string().regex(/^[a-z]{2}$/, "expected a code of ISO 639-1, such as de");

export const noOptions = z.strictObject({});

export const formatOptions = z
  .strictObject({
    schema: z
      .union([z.string().min(1), z.record(z.string(), z.unknown())])
      .optional()
      .describe("JSON Schema (draft 2020-12) that the answer fits: a file, or the schema itself"),
    pattern: z
      .string()
      .min(1)
      .max(1_000)
      .optional()
      .describe(
        "Regular expression of RE2 that the answer matches somewhere; ^ and $ are its ends",
      ),
    min_length: characters.optional().describe("Fewest characters of the answer"),
    max_length: characters.optional().describe("Most characters of the answer"),
  })
  .refine((options) => Object.keys(options).length > 0, {
    message: "needs one of schema, pattern, min_length and max_length",
  });

export const languageOptions = z.strictObject({
  languages: z
    .array(languageCode)
    .min(1)
    .optional()
    .describe("Languages in which answers may be; that of the user when left out"),
});

export const personalDataOptions = z.strictObject({
  kinds: z
    .array(z.enum(personalDataKinds))
    .min(1)
    .default(["email", "phone", "card_number", "iban", "api_key", "jwt"])
    .describe("What is looked for"),
  allow: z
    .array(z.string().min(3))
    .default([])
    .describe("Values that may be told, such as an own number; @shop.example for all of a domain"),
});

export const profanityOptions = z.strictObject({
  allow: z.array(z.string().min(1)).default([]).describe("Words that are not counted"),
});

export const latencyOptions = z.strictObject({
  ms: z.number().positive().describe("Longest duration of an interaction, milliseconds"),
});

export const costOptions = z.strictObject({
  usd: z.number().nonnegative().describe("Highest cost of an interaction, US dollars"),
});
