import { z } from "zod";
import { hashPattern } from "./key-hash.js";

const keyConfig = z.strictObject({
  name: z
    .string()
    .regex(/^[\w.-]{1,64}$/, "expected 1 to 64 letters, digits, dots, dashes or underscores")
    .describe("What the key is called in metrics and in answers; never the key itself"),
  hash: z
    .string()
    .regex(
      hashPattern,
      "expected sha256: and 64 hexadecimal digits, as `calibrant keys create` prints it",
    )
    .describe("SHA-256 of the key"),
  scopes: z
    .array(z.enum(["ingest", "feedback", "read", "review", "admin"]))
    .min(1)
    .describe(
      "What the key allows: ingest (send telemetry), feedback, read (pages, API, metrics), review, admin (everything)",
    ),
});

/** API keys. Without any, whoever reaches the address may do everything. */
export const admissionConfig = z
  .array(keyConfig)
  .max(1_000)
  .superRefine((keys, context) => {
    const names = new Set<string>();
    for (const [index, { name }] of keys.entries()) {
      if (names.has(name)) {
        const message = `another key is called ${name}, too`;
        context.addIssue({ code: "custom", path: [index, "name"], message });
      }
      names.add(name);
    }
  })
  .describe("API keys that clients must send; without any, nobody is asked for one.");

export type AdmissionConfig = z.output<typeof admissionConfig>;
