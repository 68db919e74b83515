import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { messageOf } from "../../kernel/errors.js";
import type { Fault } from "../../kernel/faults.js";
import type { EvaluateConfig } from "../evaluate-config.js";
import { inapplicable } from "../judges/inapplicable.js";
import type { Rubric } from "../judges/rubric.js";
import { goldItem, type GoldItem } from "./canary-config.js";
import { canaryInteraction } from "./canary-lines.js";

/** Labelled items for one evaluator, and the scale that their labels are of. */
export interface GoldSet {
  readonly evaluator: string;
  readonly items: readonly GoldItem[];
  readonly scale: Rubric["scale"];
}

/**
 * The gold sets of the evaluators that have some.
 * @param evaluators the names of the evaluators that judge, and their rubrics
 * @param faults is given every fault with its file and line
 */
export function loadGoldSets(
  { canaries }: Pick<EvaluateConfig, "canaries">,
  evaluators: ReadonlyMap<string, Rubric>,
  faults: Fault[],
): GoldSet[] {
  if (!canaries.enabled) return [];
  for (const name of Object.keys(canaries.sets)) {
    if (evaluators.has(name)) continue;
    const known = [...evaluators.keys()].join(", ");
    const message = `there is no judge "${name}"; known are ${known}`;
    faults.push({ path: `processors.evaluate.canaries.sets.${name}`, message });
  }
  return [...evaluators].flatMap(([evaluator, rubric]) => {
    const own = canaries.sets[evaluator] ?? [];
    const files = canaries.standard ? [...standardFiles(rubric), ...own] : own;
    const items = files.flatMap((file) => readItems(file, rubric, faults));
    reportTwins(evaluator, items, faults);
    return items.length === 0 ? [] : [{ evaluator, items, scale: rubric.scale }];
  });
}

function standardFiles(rubric: Rubric): string[] {
  const url = new URL(`../../../canaries/${rubric.name}.jsonl`, import.meta.url);
  const file = fileURLToPath(url);
  return existsSync(file) ? [file] : [];
}

function readItems(file: string, rubric: Rubric, faults: Fault[]): GoldItem[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    faults.push({ path: file, message: messageOf(error) });
    return [];
  }
  const labels = rubric.scale.map(({ label }) => label);
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    const fault = (path: string, message: string): [] => {
      faults.push({ path: `${basename(file)}${path}`, message, line: index + 1 });
      return [];
    };
    const parsed = goldItem.safeParse(objectIn(line));
    if (!parsed.success) {
      return parsed.error.issues.flatMap(({ path, message }) =>
        fault(path.length === 0 ? "" : `: ${path.map(String).join(".")}`, message),
      );
    }
    const { label } = parsed.data;
    if (!labels.includes(label)) {
      return fault(": label", `"${label}" is not on the scale (${labels.join(", ")})`);
    }
    const nothing = inapplicable(canaryInteraction(parsed.data), rubric);
    if (nothing === undefined) return [parsed.data];
    return fault("", `${rubric.name} judges no such item: ${nothing}`);
  });
}

function objectIn(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function reportTwins(evaluator: string, items: readonly GoldItem[], faults: Fault[]): void {
  const seen = new Set<string>();
  for (const { id } of items) {
    if (seen.has(id)) {
      const path = `processors.evaluate.canaries.sets.${evaluator}`;
      faults.push({ path, message: `there are two items with the id "${id}"` });
    }
    seen.add(id);
  }
}
