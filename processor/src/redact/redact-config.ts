import { personalDataKinds } from "../model/personal-data.js";
import { z } from "zod";
import { patternFault } from "./own-pattern.js";

const known = `expected one of ${personalDataKinds.join(", ")}, or a name and a pattern`;
const preset = z.enum(personalDataKinds, known);

const ownPattern = z.strictObject(
  {
    name: z
      .string("a pattern needs a name")
      .regex(
        /^[a-z][a-z0-9_]{0,49}$/,
        "expected up to 50 of a-z, 0-9 and _, beginning with a letter",
      )
      .refine(
        (name) => !(personalDataKinds as readonly string[]).includes(name),
        "is the name of a preset",
      )
      .describe("Counted under this name"),
    pattern: z
      .string("a name needs a pattern")
      .min(1)
      .superRefine((pattern, context) => {
        const message = patternFault(pattern);
        if (message !== undefined) context.addIssue({ code: "custom", message });
      })
      .describe("Regular expression in RE2 syntax: no backreferences, always linear time"),
    replacement: z
      .string()
      .max(100)
      // JSON text stays JSON text: what these characters mean depends on where they come to stand.
      .regex(
        /^[^"\\\p{Cc}\u2028\u2029]*$/u,
        "must not have quotes, backslashes or control characters",
      )
      .optional()
      .describe("Stands for what is found, as it is written here; default is the name in brackets"),
  },
  known,
);

const names = z.array(z.string().min(1));

/**
 * What is taken out of telemetry and feedback before it is written to disk. Without any of it
 * nothing is looked at.
 */
export const redactConfig = z.strictObject({
  attributes: z
    .strictObject({
      allow: names
        .min(1)
        .optional()
        .describe(
          "Names of the only attributes that are kept; * stands for any characters. gen_ai.* and the names that your dialect uses have to be among them",
        ),
      deny: names
        .refine((list) => !list.includes("service.name"), "service.name is always kept")
        .default([])
        .describe("Names of attributes that are dropped, whatever allow says; * as above"),
    })
    .prefault({})
    .describe("By name: attributes of resources, scopes, spans, events, links and log records."),
  patterns: z
    .array(z.union([preset, ownPattern]))
    .superRefine((list, context) => {
      const seen = new Set<string>();
      for (const [index, rule] of list.entries()) {
        const name = typeof rule === "string" ? rule : rule.name;
        if (seen.has(name)) {
          context.addIssue({ code: "custom", path: [index], message: `${name} stands here twice` });
        }
        seen.add(name);
      }
    })
    .default([])
    .describe(
      `By content: presets (${personalDataKinds.join(", ")}) and own patterns. Found in every text, a name in brackets takes its place.`,
    ),
});

export type RedactConfig = z.output<typeof redactConfig>;
