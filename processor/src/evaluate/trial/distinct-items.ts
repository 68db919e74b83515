import { CalibrantError } from "../../kernel/errors.js";
import { formatFaults, type Fault } from "../../kernel/faults.js";
import type { Rubric } from "../judges/rubric.js";
import type { TrialItem } from "./try-judge.js";

export interface DistinctItems {
  readonly items: readonly TrialItem[];
  /** Items that were left out because the judge would be shown what another shows it. */
  readonly copies: number;
}

/**
 * One item for each material that the judge is shown: bounds and intervals hold for independent
 * items, and a copy says nothing new. The first one stays, with the label of any.
 * @throws CalibrantError CONFIG_INVALID when copies have different labels, with their lines
 */
export function distinctItems(items: readonly TrialItem[], rubric: Rubric): DistinctItems {
  const shown = [...rubric.required, ...rubric.optional];
  const groups = new Map<string, TrialItem[]>();
  for (const item of items) {
    const material = JSON.stringify(shown.map((field) => item.interaction[field]));
    groups.set(material, [...(groups.get(material) ?? []), item]);
  }
  const faults = [...groups.values()].flatMap((group) => labelFaults(group, rubric));
  if (faults.length > 0) throw new CalibrantError("CONFIG_INVALID", formatFaults(faults));
  const distinct = [...groups.values()].flatMap(([first, ...copies]): TrialItem[] => {
    if (first === undefined) return [];
    const label = [first, ...copies].find((item) => item.label !== undefined)?.label;
    return [{ ...first, label }];
  });
  return { items: distinct, copies: items.length - distinct.length };
}

function labelFaults(group: readonly TrialItem[], { name }: Rubric): Fault[] {
  const first = group.find(({ label }) => label !== undefined);
  return group.flatMap(({ label, line }): Fault[] => {
    if (first === undefined || label === undefined || label === first.label) return [];
    const message = `"${label}" contradicts "${first.label}" of line ${first.line}, which shows ${name} the same: give both one label`;
    return [{ path: "label", message, ...(line === undefined ? {} : { line }) }];
  });
}
