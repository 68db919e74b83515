import { CalibrantError } from "../../kernel/errors.js";
import { formatFaults, type Fault } from "../../kernel/faults.js";
import { loadGoldSets } from "../canaries/gold-sets.js";
import type { EvaluateConfig } from "../evaluate-config.js";
import { rubricsOfJudges } from "../evaluator-configs.js";
import { formOf } from "../evaluator-kinds.js";
import type { Rubric } from "../judges/rubric.js";
import { loadRubrics } from "../judges/rubrics.js";
import { loadFaults } from "../modules/module-settings.js";
import { whenFaults } from "../rules/when-faults.js";
import { checkFaults } from "./check-faults.js";
import { judgeFaults } from "./judge-faults.js";
import { nameFaults } from "./name-faults.js";
import { qualityFaults } from "./quality-faults.js";
import { strangeSettings } from "./strange-settings.js";

/**
 * What the schema of the configuration cannot see: names that point at nothing, settings that do not
 * go together, files with faults.
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
  const faults = Object.entries(config.evaluators).flatMap(([name, settings]) => {
    const path = `processors.evaluate.evaluators.${name}`;
    const form = formOf(name, settings);
    return [
      ...whenFaults(settings.when, `${path}.when`),
      ...strangeSettings(form, settings, path),
      ...(form === "module" ? nameFaults(name, rubrics, path) : []),
      ...(form === "check" ? checkFaults(name, settings, path) : []),
      ...(form === "judge" ? judgeFaults(name, settings, { config, rubrics, path }) : []),
    ];
  });
  loadGoldSets(config, rubricsOfJudges(config, rubrics), faults);
  return [...faults, ...qualityFaults(config), ...loadFaults(config)];
}
