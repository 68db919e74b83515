import { randomBytes } from "node:crypto";
import type { Clock } from "../kernel/clock.js";
import { codeEvaluator } from "./checks/code-check.js";
import { checks } from "./checks/checks.js";
import type { EvaluateConfig } from "./evaluate-config.js";
import { evaluatorConfig, type EvaluatorConfig } from "./evaluator-config.js";
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
  readonly random?: (() => number) | undefined;
  readonly onCall: (model: string, result: CallResult, milliseconds: number) => void;
}

const standardJudges = ["relevance", "groundedness"];
const unchanged = evaluatorConfig.parse({});

/**
 * The evaluators that the configuration asks for: the standard ones, as it changes them, and its own.
 * @throws CalibrantError CONFIG_INVALID with every fault and its path
 */
export function createEvaluators(options: EvaluatorOptions): Assignment[] {
  const { config, clock, budget } = options;
  const salt = config.sampling_salt;
  const rubrics = checkEvaluators(config);
  const models = createModels(options);
  const create = (name: string, { rubric, model }: EvaluatorConfig): Evaluator => {
    const check = checks.find((candidate) => candidate.name === name);
    if (check !== undefined) return codeEvaluator(check, clock);
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
      const { open, purse } = evaluator.paid ? budget : unlimitedBudget;
      const drawn = purse(name, settings.sample, settings.budget);
      const sampler = conversationSampler({ salt, purse: drawn, open });
      return { evaluator, ineligible: () => undefined, sampler };
    });
}

function evaluatorConfigs(config: EvaluateConfig): [string, EvaluatorConfig][] {
  const standard = [...checks.map(({ name }) => name), ...standardJudges];
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
