import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { LineCounter, parseDocument, type Document } from "yaml";
import { z } from "zod";
import { CalibrantError, messageOf } from "../../kernel/errors.js";
import { formatFaults, type Fault } from "../../kernel/faults.js";
import { judgedFields, type Rubric } from "./rubric.js";

const standardRubrics = fileURLToPath(new URL("../../../rubrics/", import.meta.url));

const text = z.string().trim().min(1);
const field = z.enum(judgedFields);

const exampleSchema = z.strictObject({
  system_text: z.string().optional(),
  input_text: z.string().optional(),
  output_text: z.string().optional(),
  context: z.array(z.string()).optional(),
  verdict: text,
  rationale: text,
});

/** The form of a rubric file. */
const rubricSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9_-]{0,63}$/, "expected a name such as tone-of-voice")
      .describe("How the configuration refers to the rubric"),
    version: text.describe("What changed last and why, for people"),
    title: text.describe("The question that the judge answers"),
    criterion: text.describe("What has to hold for the best verdict"),
    required: z.array(field).min(1).describe("Parts without which an interaction is not judged"),
    optional: z.array(field).default([]).describe("Parts that are shown when they are there"),
    scale: z
      .array(z.strictObject({ label: text, score: z.number().min(0).max(1), meaning: text }))
      .min(2)
      .max(3)
      .describe("The verdicts, two or three: finer scales are judged less reliably"),
    instructions: text.describe("How to judge, and what not to judge"),
    examples: z.array(exampleSchema).default([]).describe("Judged examples"),
  })
  .superRefine(({ scale, examples }, context) => {
    const labels = scale.map(({ label }) => label);
    labels.forEach((label, index) => {
      if (labels.indexOf(label) === index) return;
      context.addIssue({
        code: "custom",
        path: ["scale", index, "label"],
        message: `"${label}" is on the scale twice`,
      });
    });
    examples.forEach(({ verdict }, index) => {
      if (labels.includes(verdict)) return;
      context.addIssue({
        code: "custom",
        path: ["examples", index, "verdict"],
        message: `"${verdict}" is not on the scale (${labels.join(", ")})`,
      });
    });
  });

/**
 * The standard rubrics and those of the named files and folders, by name.
 * @throws CalibrantError CONFIG_INVALID with every fault, its file and line
 */
export function loadRubrics(places: readonly string[]): ReadonlyMap<string, Rubric> {
  const faults: Fault[] = [];
  const rubrics = new Map<string, Rubric>();
  for (const file of [standardRubrics, ...places].flatMap((place) => filesOf(place, faults))) {
    const rubric = readRubric(file, faults);
    if (rubric === undefined) continue;
    if (rubrics.has(rubric.name)) {
      faults.push({ path: `${file}: name`, message: `there is another rubric "${rubric.name}"` });
    }
    rubrics.set(rubric.name, rubric);
  }
  if (faults.length > 0) {
    throw new CalibrantError("CONFIG_INVALID", `rubrics have faults:\n${formatFaults(faults)}`);
  }
  return rubrics;
}

function filesOf(place: string, faults: Fault[]): string[] {
  try {
    if (!statSync(place).isDirectory()) return [place];
    return readdirSync(place)
      .filter((name) => /\.ya?ml$/.test(name))
      .toSorted()
      .map((name) => join(place, name));
  } catch (error) {
    faults.push({ path: place, message: messageOf(error) });
    return [];
  }
}

function readRubric(file: string, faults: Fault[]): Rubric | undefined {
  const lines = new LineCounter();
  let document: Document;
  try {
    document = parseDocument(readFileSync(file, "utf8"), { lineCounter: lines });
  } catch (error) {
    faults.push({ path: file, message: messageOf(error) });
    return undefined;
  }
  const [syntax] = document.errors;
  if (syntax !== undefined) {
    const message = syntax.message.split("\n", 1)[0] ?? "not YAML";
    faults.push({ path: basename(file), message, line: lines.linePos(syntax.pos[0]).line });
    return undefined;
  }
  const parsed = rubricSchema.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    const path = `${basename(file)}: ${issue.path.map(String).join(".")}`;
    faults.push({ path, message: issue.message, ...lineOf(document, lines, issue.path) });
  }
  return undefined;
}

function lineOf(
  document: Document,
  lines: LineCounter,
  path: readonly PropertyKey[],
): { line?: number } {
  for (let depth = path.length; depth > 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true) as { range?: number[] } | undefined;
    const offset = node?.range?.[0];
    if (offset !== undefined) return { line: lines.linePos(offset).line };
  }
  return {};
}
