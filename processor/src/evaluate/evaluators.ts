import type { Logger } from "../kernel/logger.js";
import { codeEvaluator } from "./checks/code-check.js";
import { checks } from "./checks/checks.js";
import type { EvaluatorConfig } from "./evaluator-config.js";
import { checkEvaluators } from "./evaluator-faults.js";
import type { Assignment, Evaluator } from "./evaluator.js";
import { evaluatorConfigs } from "./evaluator-configs.js";
import { createJudges, type JudgesOptions } from "./judges/create-judges.js";
import { evaluatorWithoutModel } from "./evaluator-without-model.js";
import { moduleEvaluator } from "./modules/module-evaluator.js";
import { ownModule } from "./modules/module-settings.js";
import { eligibility } from "./rules/eligibility.js";
import { unlimitedBudget, type Budget } from "./sampling/budget.js";
import { conversationSampler } from "./sampling/conversation-sampler.js";

export interface EvaluatorOptions extends JudgesOptions {
  /** Pays for what judges take. */
  readonly budget: Budget;
  /** Hears of own evaluators that end, and of what they print. */
  readonly logger?: Logger | undefined;
}

/**
 * The evaluators that the configuration asks for: the standard ones, as it changes them, and its own.
 * @throws CalibrantError CONFIG_INVALID with every fault and its path
 */
export function createEvaluators(options: EvaluatorOptions): Assignment[] {
  const { config, clock, budget } = options;
  const salt = config.sampling_salt;
  const rubrics = checkEvaluators(config);
  const createJudge = createJudges(options, rubrics);
  const create = (name: string, settings: EvaluatorConfig): Evaluator => {
    const own = ownModule(settings);
    if (own !== undefined) return moduleEvaluator({ ...options, name, ...own });
    const check = checks.find((candidate) => candidate.name === name);
    if (check !== undefined) return codeEvaluator(check, clock);
    return createJudge(name, settings) ?? evaluatorWithoutModel(name);
  };
  return evaluatorConfigs(config)
    .filter(([, settings]) => settings.enabled)
    .map(([name, settings]) => {
      const evaluator = create(name, settings);
      const purse = evaluator.paid ? budget : unlimitedBudget;
      const sampler = conversationSampler({ share: settings.sample, salt, budget: purse });
      return { evaluator, ineligible: eligibility(settings.when), sampler };
    });
}
