import type { Fault } from "../../kernel/faults.js";
import { checks } from "../checks/checks.js";
import type { EvaluateConfig } from "../evaluate-config.js";
import type { Rubric } from "../judges/rubric.js";
import { feedbackPart } from "../quality/quality.js";

/** Parts of the composite quality that nobody scores. */
export function qualityFaults(
  config: EvaluateConfig,
  rubrics: ReadonlyMap<string, Rubric>,
): Fault[] {
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
