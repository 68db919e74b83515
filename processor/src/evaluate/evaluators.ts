import { randomBytes } from "node:crypto";
import type { Clock } from "../kernel/clock.js";
import { codeEvaluator } from "./checks/code-check.js";
import { checks } from "./checks/checks.js";
import type { FindPersonalData } from "../model/ports.js";
import type { EvaluateConfig } from "./evaluate-config.js";
import type { EvaluatorConfig } from "./evaluator-config.js";
import { checkEvaluators, standardModel } from "./evaluator-faults.js";
import type { Assignment, Evaluator } from "./evaluator.js";
import { evaluatorWithoutModel } from "./evaluator-without-model.js";
import { judge } from "./judges/judge.js";
import { createJudgeModel, type JudgeModel } from "./models/model-client.js";
import type { CallResult } from "./models/model-failure.js";
import type { ModelPrice } from "./models/model-usage.js";
import { unlimitedBudget, type Budget } from "./sampling/budget.js";
import { conversationSampler } from "./sampling/conversation-sampler.js";

export interface EvaluatorOptions {
  readonly config: EvaluateConfig;
  readonly clock: Clock;
  /** Pays for what judges take. */
  readonly budget: Budget;
  /** What a model costs when the configuration does not say. */
  readonly priceOf?: ((model: string) => ModelPrice | undefined) | undefined;
  readonly findPersonalData?: FindPersonalData | undefined;
  readonly random?: (() => number) | undefined;
  readonly onCall: (model: string, result: CallResult, milliseconds: number) => void;
}

const standardJudges = ["relevance", "groundedness"];
const unchanged: EvaluatorConfig = { enabled: true, sample: 1 };

/**
 * The evaluators that the configuration asks for: the standard ones, as it changes them, and its own.
 * @throws CalibrantError CONFIG_INVALID with every fault and its path
 */
export function createEvaluators(options: EvaluatorOptions): Assignment[] {
  const { config, clock, budget } = options;
  const salt = config.sampling_salt;
  const rubrics = checkEvaluators(config);
  const models = createModels(options);
  const create = (name: string, settings: EvaluatorConfig): Evaluator => {
    const { rubric, model } = settings;
    const check = checks.find((candidate) => candidate.name === (settings.check ?? name));
    if (check !== undefined) {
      return codeEvaluator(check.create(settings.options ?? {}, options), clock, name);
    }
    const judged = rubrics.get(rubric ?? name);
    const asked = models.get(model ?? standardModel);
    if (judged === undefined || asked === undefined) return evaluatorWithoutModel(name);
    const limits = config.judged_characters;
    return judge({ name, rubric: judged, model: asked, limits, clock, drawBoundary });
  };
  return evaluatorConfigs(config)
    .filter(([, settings]) => settings.enabled)
    .map(([name, settings]) => {
      const evaluator = create(name, settings);
      const purse = evaluator.paid ? budget : unlimitedBudget;
      const sampler = conversationSampler({ share: settings.sample, salt, budget: purse });
      return { evaluator, ineligible: () => undefined, sampler };
    });
}

function evaluatorConfigs(config: EvaluateConfig): [string, EvaluatorConfig][] {
  const standardChecks = checks.filter((check) => check.standard).map(({ name }) => name);
  const standard = [...standardChecks, ...standardJudges];
  return Object.entries({
    ...Object.fromEntries(standard.map((name) => [name, unchanged])),
    ...config.evaluators,
  });
}

function createModels(options: EvaluatorOptions): ReadonlyMap<string, JudgeModel> {
  const { config, clock, priceOf, onCall, random = Math.random } = options;
  const models = new Map<string, JudgeModel>();
  for (const [name, model] of Object.entries(config.models)) {
    const price = model.price ?? priceOf?.(model.model);
    models.set(name, createJudgeModel({ name, config: model, price, clock, random, onCall }));
  }
  return models;
}

function drawBoundary(): string {
  return randomBytes(16).toString("hex");
}
