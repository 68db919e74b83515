import type { Fault } from "../../kernel/faults.js";
import { loadCertificate } from "../cascade/certificates.js";
import type { EvaluateConfig } from "../evaluate-config.js";
import type { EvaluatorConfig } from "../evaluator-config.js";
import { standardModel } from "../evaluator-kinds.js";
import type { Rubric } from "../judges/rubric.js";

export interface JudgeFaultsOptions {
  readonly config: EvaluateConfig;
  readonly rubrics: ReadonlyMap<string, Rubric>;
  readonly path: string;
}

/** Rubrics, models and certificates that are not there. */
export function judgeFaults(
  name: string,
  { rubric, model, cascade, samples, batch = false }: EvaluatorConfig,
  { config, rubrics, path }: JudgeFaultsOptions,
): Fault[] {
  const faults: Fault[] = [];
  const checkModel = (wanted: string, place: string): void => {
    if (wanted === standardModel || Object.hasOwn(config.models, wanted)) return;
    faults.push({ path: place, message: `there is no model "${wanted}" under models` });
  };
  if (!rubrics.has(rubric ?? name)) {
    const place = rubric === undefined ? path : `${path}.rubric`;
    const known = [...rubrics.keys()].join(", ");
    const message = `there is no rubric "${rubric ?? name}"; known are ${known}`;
    faults.push({ path: place, message });
  }
  if (model !== undefined) checkModel(model, `${path}.model`);
  if (batch && (cascade !== undefined || samples !== undefined)) {
    const other = cascade === undefined ? "samples" : "a cascade";
    const message = `${other} cannot wait for batches; leave one of the two out`;
    faults.push({ path: `${path}.batch`, message });
  }
  if (cascade === undefined) return faults;
  if (model !== undefined) {
    faults.push({ path: `${path}.model`, message: "a cascade names its models itself" });
  }
  cascade.models.forEach((stage, index) => checkModel(stage, `${path}.cascade.models.${index}`));
  loadCertificate(cascade.certificate, `${path}.cascade.certificate`, faults);
  return faults;
}
