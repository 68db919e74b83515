import type { Fault } from "../../kernel/faults.js";
import type { EvaluateConfig } from "../evaluate-config.js";
import { evaluatorConfigs } from "../evaluator-configs.js";
import { feedbackPart } from "../quality/quality.js";
import { isStandardQuality } from "../quality/quality-config.js";

/** Parts of the composite quality that nobody scores; the standard ones may be switched off. */
export function qualityFaults(config: EvaluateConfig): Fault[] {
  if (isStandardQuality(config.quality)) return [];
  const evaluators = new Map(evaluatorConfigs(config));
  const scoring = [...evaluators].filter(([, { enabled }]) => enabled).map(([name]) => name);
  const known = new Set([...scoring, feedbackPart]);
  return Object.keys(config.quality)
    .filter((part) => !known.has(part))
    .map((part) => ({
      path: `processors.evaluate.quality.${part}`,
      message: `no evaluator "${part}" is switched on: put it under evaluators; known are ${[...known].join(", ")}`,
    }));
}
