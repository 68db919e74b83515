import { CalibrantError } from "../kernel/errors.js";
import { formatFaults, type Fault } from "../kernel/faults.js";
import { checks } from "./checks/checks.js";
import type { EvaluateConfig } from "./evaluate-config.js";
import type { Rubric } from "./judges/rubric.js";
import { loadRubrics } from "./judges/rubrics.js";

/** The model of a judge for which the configuration names none. */
export const standardModel = "default";

/**
 * What the schema of the configuration cannot see: names that point at no rubric and at no model.
 * @throws CalibrantError CONFIG_INVALID when a rubric's file has faults
 */
export function evaluatorFaults(config: EvaluateConfig): Fault[] {
  return faultsOf(config, loadRubrics(config.rubrics));
}

/**
 * The rubrics by name, for evaluators that have no faults.
 * @throws CalibrantError CONFIG_INVALID with every fault and its path
 */
export function checkEvaluators(config: EvaluateConfig): ReadonlyMap<string, Rubric> {
  const rubrics = loadRubrics(config.rubrics);
  const faults = faultsOf(config, rubrics);
  if (faults.length > 0) {
    throw new CalibrantError("CONFIG_INVALID", `evaluators have faults:\n${formatFaults(faults)}`);
  }
  return rubrics;
}

function faultsOf(config: EvaluateConfig, rubrics: ReadonlyMap<string, Rubric>): Fault[] {
  const faults: Fault[] = [];
  for (const [name, { rubric, model, budget }] of Object.entries(config.evaluators)) {
    const at = (field: string): string => `processors.evaluate.evaluators.${name}${field}`;
    if (checks.some((check) => check.name === name)) {
      if (rubric !== undefined) faults.push({ path: at(".rubric"), message: "a check has none" });
      if (model !== undefined) faults.push({ path: at(".model"), message: "a check has none" });
      if (budget.daily_usd !== null || budget.monthly_usd !== null) {
        faults.push({ path: at(".budget"), message: "a check costs nothing" });
      }
      continue;
    }
    if (!rubrics.has(rubric ?? name)) {
      const path = at(rubric === undefined ? "" : ".rubric");
      const known = [...rubrics.keys()].join(", ");
      faults.push({ path, message: `there is no rubric "${rubric ?? name}"; known are ${known}` });
    }
    if (model !== undefined && model !== standardModel && !(model in config.models)) {
      faults.push({ path: at(".model"), message: `there is no model "${model}" under models` });
    }
  }
  return faults;
}
