import { systemClock } from "#processor/kernel/clock.js";
import { evaluateConfig } from "#processor/evaluate/evaluate-config.js";
import type { Assignment } from "#processor/evaluate/evaluator.js";
import { createEvaluators, type EvaluatorOptions } from "#processor/evaluate/evaluators.js";
import { unlimitedBudget } from "#processor/evaluate/sampling/budget.js";

/** The assignment of the evaluator of this name in a configuration of the room `evaluate`. */
export function assignmentOf(
  name: string,
  config: object,
  more: Partial<EvaluatorOptions> = {},
): Assignment {
  const assignments = createEvaluators({
    config: evaluateConfig.parse(config),
    clock: systemClock,
    budget: unlimitedBudget,
    onCall: () => undefined,
    ...more,
  });
  const found = assignments.find(({ evaluator }) => evaluator.name === name);
  if (found === undefined) throw new Error(`there is no evaluator ${name}`);
  return found;
}
