import { randomBytes } from "node:crypto";
import type { Clock } from "../../kernel/clock.js";
import type { JudgeBatchStore } from "../../model/ports.js";
import { createBatchAsker, type BatchAsker } from "../batches/batch-asker.js";
import { certifiedCascade } from "../cascade/certified-cascade.js";
import type { EvaluateConfig } from "../evaluate-config.js";
import type { EvaluatorConfig } from "../evaluator-config.js";
import { standardModel } from "../evaluator-kinds.js";
import type { Evaluator } from "../evaluator.js";
import { createJudgeModels, type JudgeModelsOptions } from "../models/judge-models.js";
import type { JudgeModel } from "../models/model-client.js";
import type { CallResult } from "../models/model-failure.js";
import type { ModelPrice } from "../models/model-usage.js";
import { createJudges, type JudgeSettings } from "./judges.js";
import type { Rubric } from "./rubric.js";
import { sampled } from "./samples.js";
import { createVerdictCache } from "./verdict-cache.js";

/** Several verdicts at a low temperature would be the same verdict. */
const samplingTemperature = 1;

export interface ConfiguredJudgesOptions {
  readonly config: EvaluateConfig;
  readonly clock: Clock;
  /** What a model costs when the configuration does not say. */
  readonly priceOf?: ((model: string) => ModelPrice | undefined) | undefined;
  readonly random?: (() => number) | undefined;
  /** Told of what works less well than it was meant to. */
  readonly onWarning?: ((message: string) => void) | undefined;
  readonly onCall: (model: string, result: CallResult, milliseconds: number) => void;
  readonly onCircuit?: JudgeModelsOptions["onCircuit"];
  /** Where batches are kept; without it judges that can wait ask by calls. */
  readonly batches?: JudgeBatchStore | undefined;
}

/**
 * The judges that the configuration asks for, by name, with one cache before them all: those that
 * share calls, those that are asked several times, and cascades. One without its rubric or model is
 * left out.
 */
export function configuredJudges(
  options: ConfiguredJudgesOptions,
  evaluators: readonly (readonly [string, EvaluatorConfig])[],
  rubrics: ReadonlyMap<string, Rubric>,
): ReadonlyMap<string, Evaluator> {
  const { config, clock, onWarning } = options;
  const models = createJudgeModels({ ...options, models: config.models });
  const cache = createVerdictCache(config.cache, clock);
  const calls = {
    perCall: config.judges_per_call,
    limits: config.judged_characters,
    clock,
    drawBoundary,
  };
  const cached = (evaluator: Evaluator, { required, optional }: Rubric): Evaluator => {
    const shown = [...required, ...optional];
    return cache.before(evaluator, (interaction) => shown.map((field) => interaction[field]));
  };
  const askers = batchAskers(options);
  const settingsOf = (
    name: string,
    rubric: Rubric,
    modelName: string,
    { samples, together, batch = false }: EvaluatorConfig,
  ): JudgeSettings | undefined => {
    const asked = models.get(modelName);
    if (asked === undefined) return undefined;
    if (samples === undefined) {
      const asker = batch ? askers(asked) : undefined;
      return { name, rubric, model: asked, together, batch: asker };
    }
    return { name, rubric, model: asked.atTemperature(samplingTemperature), together: false };
  };
  const finished = (judge: Evaluator, rubric: Rubric, { samples }: EvaluatorConfig): Evaluator =>
    cached(samples === undefined ? judge : sampled(judge, samples), rubric);

  const judges = new Map<string, Evaluator>();
  const sharing: JudgeSettings[] = [];
  for (const [name, settings] of evaluators) {
    const { cascade, model = standardModel } = settings;
    const rubric = rubrics.get(settings.rubric ?? name);
    if (rubric === undefined) continue;
    if (cascade === undefined) {
      const own = settingsOf(name, rubric, model, settings);
      if (own !== undefined) sharing.push(own);
      continue;
    }
    // Each stage is asked alone, by the name that it was certified under.
    const judgeBy = (modelName: string): Evaluator | undefined => {
      const own = settingsOf(rubric.name, rubric, modelName, settings);
      if (own === undefined) return undefined;
      const judge = createJudges([{ ...own, together: false }], calls).get(rubric.name);
      return judge && finished(judge, rubric, settings);
    };
    const several = certifiedCascade({ name, config: cascade, judgeBy, onWarning });
    if (several !== undefined) judges.set(name, several);
  }
  const settings = new Map(evaluators);
  for (const [name, judge] of createJudges(sharing, calls)) {
    const own = settings.get(name);
    const rubric = rubrics.get(own?.rubric ?? name);
    if (own !== undefined && rubric !== undefined) judges.set(name, finished(judge, rubric, own));
  }
  return judges;
}

/** One for each model, made when it is first wanted. */
function batchAskers(
  options: ConfiguredJudgesOptions,
): (model: JudgeModel) => BatchAsker | undefined {
  const { batches: store, clock, random = Math.random, onWarning = () => undefined } = options;
  const askers = new Map<JudgeModel, BatchAsker>();
  return (model) => {
    if (store === undefined) return undefined;
    const known = askers.get(model);
    const asker = known ?? createBatchAsker({ model, store, clock, random, onWarning });
    askers.set(model, asker);
    return asker;
  };
}

function drawBoundary(): string {
  return randomBytes(16).toString("hex");
}
