import { randomBytes } from "node:crypto";
import type { Clock } from "../kernel/clock.js";
import { CalibrantError } from "../kernel/errors.js";
import { formatFaults, type Fault } from "../kernel/faults.js";
import { codeEvaluator } from "./checks/code-check.js";
import { emptyAnswer } from "./checks/empty-answer.js";
import { refusal } from "./checks/refusal.js";
import { repetition } from "./checks/repetition.js";
import type { EvaluateConfig, EvaluatorConfig } from "./evaluate-config.js";
import type { Assignment, Evaluator } from "./evaluator.js";
import { evaluatorWithoutModel } from "./evaluator-without-model.js";
import { judge } from "./judge.js";
import { createJudgeModel, type JudgeModel } from "./model-client.js";
import type { CallResult } from "./model-failure.js";
import type { ModelPrice } from "./model-usage.js";
import { loadRubrics } from "./rubrics.js";
import type { Rubric } from "./rubric.js";

export interface EvaluatorOptions {
  readonly config: EvaluateConfig;
  readonly clock: Clock;
  /** What a model costs when the configuration does not say. */
  readonly priceOf?: ((model: string) => ModelPrice | undefined) | undefined;
  readonly random?: (() => number) | undefined;
  readonly onCall: (model: string, result: CallResult, milliseconds: number) => void;
}

const checks = [emptyAnswer, refusal, repetition];
const standardJudges = ["relevance", "groundedness"];
const standardModel = "default";
const unchanged: EvaluatorConfig = { enabled: true, sample: 1 };

/**
 * The evaluators that the configuration asks for: the standard ones, as it changes them, and its own.
 * @throws CalibrantError CONFIG_INVALID with every fault and its path
 */
export function createEvaluators(options: EvaluatorOptions): Assignment[] {
  const { config, clock } = options;
  const rubrics = loadRubrics(config.rubrics);
  const faults = faultsOf(config, rubrics);
  if (faults.length > 0) {
    throw new CalibrantError("CONFIG_INVALID", `evaluators have faults:\n${formatFaults(faults)}`);
  }
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
    .map(([name, settings]) => ({ evaluator: create(name, settings), sample: settings.sample }));
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

function faultsOf(config: EvaluateConfig, rubrics: ReadonlyMap<string, Rubric>): Fault[] {
  const faults: Fault[] = [];
  for (const [name, { rubric, model }] of Object.entries(config.evaluators)) {
    const at = (field: string): string => `processors.evaluate.evaluators.${name}${field}`;
    if (checks.some((check) => check.name === name)) {
      if (rubric !== undefined) faults.push({ path: at(".rubric"), message: "a check has none" });
      if (model !== undefined) faults.push({ path: at(".model"), message: "a check has none" });
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
  }
  return faults;
}

function drawBoundary(): string {
  return randomBytes(16).toString("hex");
}
