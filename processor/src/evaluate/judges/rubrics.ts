import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { LineCounter, parseDocument, type Document } from "yaml";
import { CalibrantError, messageOf } from "../../kernel/errors.js";
import { formatFaults, type Fault } from "../../kernel/faults.js";
import type { Rubric } from "./rubric.js";
import { rubricConfig } from "./rubric-config.js";

const standardRubrics = fileURLToPath(new URL("../../../rubrics/", import.meta.url));

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
  const parsed = rubricConfig.safeParse(document.toJS({ maxAliasCount: 0 }));
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
