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
  for (const [name, { rubric, model, check, options }] of Object.entries(config.evaluators)) {
    const at = (field: string): string => `processors.evaluate.evaluators.${name}${field}`;
    const kind = checks.find((one) => one.name === (check ?? name));
    if (kind !== undefined) {
      if (rubric !== undefined) faults.push({ path: at(".rubric"), message: "a check has none" });
      if (model !== undefined) faults.push({ path: at(".model"), message: "a check has none" });
      for (const { path, message } of kind.faults(options ?? {})) {
        faults.push({ path: at(path === "" ? ".options" : `.options.${path}`), message });
      }
      continue;
    }
    if (check !== undefined) {
      const known = checks.map((one) => one.name).join(", ");
      faults.push({
        path: at(".check"),
        message: `there is no check "${check}"; known are ${known}`,
      });
      continue;
    }
    if (options !== undefined) faults.push({ path: at(".options"), message: "a judge has none" });
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
