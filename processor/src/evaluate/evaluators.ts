import { randomBytes } from "node:crypto";
import type { Clock } from "../kernel/clock.js";
import { codeEvaluator } from "./checks/code-check.js";
import { checks } from "./checks/checks.js";
import type { EvaluateConfig } from "./evaluate-config.js";
import type { EvaluatorConfig } from "./evaluator-config.js";
import { checkEvaluators, standardModel } from "./evaluator-faults.js";
import type { Assignment, Evaluator } from "./evaluator.js";
import { evaluatorWithoutModel } from "./evaluator-without-model.js";
import { judge } from "./judges/judge.js";
import { sampled } from "./judges/samples.js";
import { createVerdictCache } from "./judges/verdict-cache.js";
import { createJudgeModels, type JudgeModelsOptions } from "./models/judge-models.js";
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
  readonly onCircuit?: JudgeModelsOptions["onCircuit"];
}

/** Several verdicts at a low temperature would be the same verdict. */
const samplingTemperature = 1;
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
  const models = createJudgeModels({ ...options, models: config.models });
  const cache = createVerdictCache(config.cache, clock);
  const create = (name: string, { rubric, model, samples }: EvaluatorConfig): Evaluator => {
    const check = checks.find((candidate) => candidate.name === name);
    if (check !== undefined) return codeEvaluator(check, clock);
    const judged = rubrics.get(rubric ?? name);
    const asked = models.get(model ?? standardModel);
    if (judged === undefined || asked === undefined) return evaluatorWithoutModel(name);
    const limits = config.judged_characters;
    const settings = { name, rubric: judged, limits, clock, drawBoundary };
    const judging =
      samples === undefined
        ? judge({ ...settings, model: asked })
        : sampled(judge({ ...settings, model: asked.atTemperature(samplingTemperature) }), samples);
    const shown = [...judged.required, ...judged.optional];
    return cache.before(judging, (interaction) => shown.map((field) => interaction[field]));
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
  const standard = [...checks.map(({ name }) => name), ...standardJudges];
  return Object.entries({
    ...Object.fromEntries(standard.map((name) => [name, unchanged])),
    ...config.evaluators,
  });
}

function drawBoundary(): string {
  return randomBytes(16).toString("hex");
}
