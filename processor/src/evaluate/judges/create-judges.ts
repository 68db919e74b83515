import { randomBytes } from "node:crypto";
import type { Clock } from "../../kernel/clock.js";
import type { EvaluateConfig } from "../evaluate-config.js";
import { certifiedCascade } from "../cascade/certified-cascade.js";
import type { EvaluatorConfig } from "../evaluator-config.js";
import type { Evaluator } from "../evaluator.js";
import { standardModel } from "../evaluator-faults.js";
import { createJudgeModels, type JudgeModelsOptions } from "../models/judge-models.js";
import type { CallResult } from "../models/model-failure.js";
import type { ModelPrice } from "../models/model-usage.js";
import { judge } from "./judge.js";
import type { Rubric } from "./rubric.js";
import { sampled } from "./samples.js";
import { createVerdictCache } from "./verdict-cache.js";

/** Several verdicts at a low temperature would be the same verdict. */
const samplingTemperature = 1;

export interface JudgesOptions {
  readonly config: EvaluateConfig;
  readonly clock: Clock;
  /** What a model costs when the configuration does not say. */
  readonly priceOf?: ((model: string) => ModelPrice | undefined) | undefined;
  readonly random?: (() => number) | undefined;
  /** Told of what works less well than it was meant to. */
  readonly onWarning?: ((message: string) => void) | undefined;
  readonly onCall: (model: string, result: CallResult, milliseconds: number) => void;
  readonly onCircuit?: JudgeModelsOptions["onCircuit"];
}

/** Makes the judge that settings ask for; undefined where its rubric or its model is not there. */
export type CreateJudge = (name: string, settings: EvaluatorConfig) => Evaluator | undefined;

/** Judges that share their models and their cache. */
export function createJudges(
  options: JudgesOptions,
  rubrics: ReadonlyMap<string, Rubric>,
): CreateJudge {
  const { config, clock, onWarning } = options;
  const models = createJudgeModels({ ...options, models: config.models });
  const cache = createVerdictCache(config.cache, clock);
  const limits = config.judged_characters;

  return (name, { rubric: wanted = name, model = standardModel, samples, cascade }) => {
    const rubric = rubrics.get(wanted);
    if (rubric === undefined) return undefined;
    const shown = [...rubric.required, ...rubric.optional];
    const judgeBy = (modelName: string): Evaluator | undefined => {
      const asked = models.get(modelName);
      if (asked === undefined) return undefined;
      const settings = { name, rubric, limits, clock, drawBoundary };
      const judging =
        samples === undefined
          ? judge({ ...settings, model: asked })
          : sampled(
              judge({ ...settings, model: asked.atTemperature(samplingTemperature) }),
              samples,
            );
      return cache.before(judging, (interaction) => shown.map((field) => interaction[field]));
    };
    return cascade === undefined
      ? judgeBy(model)
      : certifiedCascade({ name, config: cascade, judgeBy, onWarning });
  };
}

function drawBoundary(): string {
  return randomBytes(16).toString("hex");
}
