import { CalibrantError } from "../kernel/errors.js";
import { formatFaults, type Fault } from "../kernel/faults.js";
import { loadGoldSets } from "./canaries/gold-sets.js";
import { loadCertificate } from "./cascade/certificates.js";
import { checks } from "./checks/checks.js";
import type { EvaluateConfig } from "./evaluate-config.js";
import { rubricsOfJudges } from "./evaluator-configs.js";
import type { Rubric } from "./judges/rubric.js";
import { loadRubrics } from "./judges/rubrics.js";
import { feedbackPart } from "./quality/quality.js";
import { loadFaults, moduleSettingFaults } from "./modules/module-settings.js";
import { whenFaults } from "./rules/when-faults.js";

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
  for (const [name, settings] of Object.entries(config.evaluators)) {
    const { rubric, model, cascade, samples, when } = settings;
    const at = (field: string): string => `processors.evaluate.evaluators.${name}${field}`;
    faults.push(...whenFaults(when, at(".when")));
    faults.push(...moduleSettingFaults(settings, at("")));
    if (settings.module !== undefined) {
      if (isTaken(name, rubrics)) {
        const message = `there is an evaluator "${name}" already; give yours another name`;
        faults.push({ path: at(""), message });
      }
      continue;
    }
    if (checks.some((check) => check.name === name)) {
      if (rubric !== undefined) faults.push({ path: at(".rubric"), message: "a check has none" });
      if (model !== undefined) faults.push({ path: at(".model"), message: "a check has none" });
      if (cascade !== undefined) faults.push({ path: at(".cascade"), message: "a check has none" });
      if (samples !== undefined) {
        faults.push({
          path: at(".samples"),
          message: "a check has none: it is the same every time",
        });
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
    if (cascade === undefined) continue;
    if (model !== undefined) {
      faults.push({ path: at(".model"), message: "a cascade names its models itself" });
    }
    cascade.models.forEach((stage, index) => {
      if (stage === standardModel || stage in config.models) return;
      const path = at(`.cascade.models.${index}`);
      faults.push({ path, message: `there is no model "${stage}" under models` });
    });
    loadCertificate(cascade.certificate, at(".cascade.certificate"), faults);
  }
  loadGoldSets(config, rubricsOfJudges(config, rubrics), faults);
  return [...faults, ...qualityFaults(config, rubrics), ...loadFaults(config)];
}

function qualityFaults(config: EvaluateConfig, rubrics: ReadonlyMap<string, Rubric>): Fault[] {
  const known = new Set([
    ...checks.map(({ name }) => name),
    ...rubrics.keys(),
    ...Object.keys(config.evaluators),
    feedbackPart,
  ]);
  return Object.keys(config.quality)
    .filter((part) => !known.has(part))
    .map((part) => ({
      path: `processors.evaluate.quality.${part}`,
      message: `there is no evaluator "${part}"; known are ${[...known].join(", ")}`,
    }));
}

function isTaken(name: string, rubrics: ReadonlyMap<string, Rubric>): boolean {
  return checks.some((check) => check.name === name) || rubrics.has(name);
}
