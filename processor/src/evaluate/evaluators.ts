import type { Logger } from "../kernel/logger.js";
import { codeEvaluator } from "./checks/code-check.js";
import { checkOf } from "./evaluator-kinds.js";
import { rememberedDraws } from "./batches/remembered-draws.js";
import type { FindPersonalData } from "../model/ports.js";
import type { EvaluatorConfig } from "./evaluator-config.js";
import { checkEvaluators } from "./faults/evaluator-faults.js";
import type { Assignment, Evaluator } from "./evaluator.js";
import { evaluatorConfigs } from "./evaluator-configs.js";
import { configuredJudges, type ConfiguredJudgesOptions } from "./judges/configured-judges.js";
import { evaluatorWithoutModel } from "./evaluator-without-model.js";
import { moduleEvaluator } from "./modules/module-evaluator.js";
import { ownModule } from "./modules/module-settings.js";
import { eligibility } from "./rules/eligibility.js";
import { unlimitedBudget, type Budget } from "./sampling/budget.js";
import { conversationSampler } from "./sampling/conversation-sampler.js";

export interface EvaluatorOptions extends ConfiguredJudgesOptions {
  /** Pays for what judges take. */
  readonly budget: Budget;
  /** Hears of own evaluators that end, and of what they print. */
  readonly logger?: Logger | undefined;
  readonly findPersonalData?: FindPersonalData | undefined;
}

/**
 * The evaluators that the configuration asks for: the standard ones, as it changes them, and its own.
 * @throws CalibrantError CONFIG_INVALID with every fault and its path
 */
export function createEvaluators(options: EvaluatorOptions): Assignment[] {
  const { config, clock, budget } = options;
  const salt = config.sampling_salt;
  const rubrics = checkEvaluators(config);
  const enabled = evaluatorConfigs(config).filter(([, settings]) => settings.enabled);
  const judges = configuredJudges(options, enabled, rubrics);
  const create = (name: string, settings: EvaluatorConfig): Evaluator => {
    const own = ownModule(settings);
    if (own !== undefined) return moduleEvaluator({ ...options, name, ...own });
    const check = checkOf(name, settings);
    if (check !== undefined) {
      return codeEvaluator(check.create(settings.options ?? {}, options), clock, name);
    }
    const subject = rubrics.get(settings.rubric ?? name)?.subject;
    return judges.get(name) ?? evaluatorWithoutModel(name, subject);
  };
  return enabled.map(([name, settings]) => {
    const evaluator = create(name, settings);
    const { open, purse } = evaluator.paid ? budget : unlimitedBudget;
    const drawn = purse(name, settings.sample, settings.budget);
    const { batches } = evaluator;
    const own = conversationSampler({ salt, purse: drawn, open });
    const sampler = batches === undefined ? own : rememberedDraws(own, evaluator, batches);
    return { evaluator, ineligible: eligibility(settings.when), sampler };
  });
}
