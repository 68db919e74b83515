import type { Fault } from "../../kernel/faults.js";
import { checks } from "../checks/checks.js";
import type { Rubric } from "../judges/rubric.js";

/** A module under the name of a check or a rubric would be taken for it. */
export function nameFaults(
  name: string,
  rubrics: ReadonlyMap<string, Rubric>,
  path: string,
): Fault[] {
  if (!checks.some((check) => check.name === name) && !rubrics.has(name)) return [];
  const message = `there is an evaluator "${name}" already; give yours another name`;
  return [{ path, message }];
}
