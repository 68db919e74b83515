import { evaluateConfig } from "#processor/evaluate/evaluate-config.js";
import type { ModelConfig } from "#processor/evaluate/models/model-config.js";
import type { Evaluator } from "#processor/evaluate/evaluator.js";
import { createEvaluators } from "#processor/evaluate/evaluators.js";
import { unlimitedBudget } from "#processor/evaluate/sampling/budget.js";
import { systemClock, type Clock } from "#processor/kernel/clock.js";

export interface RelevanceJudgeOptions {
  readonly url: string;
  readonly model?: Partial<ModelConfig>;
  readonly random?: () => number;
  /** Settings of the evaluator. */
  readonly settings?: object;
  /** Without it nothing is taken from the cache. */
  readonly cache?: object;
  readonly clock?: Clock;
  readonly onCall?: (model: string, result: string) => void;
  readonly onCircuit?: (model: string, state: string) => void;
}

/** The standard judge `relevance`, asked alone, and fresh: a model remembers what its server refused. */
export function relevanceJudge(options: RelevanceJudgeOptions): Evaluator {
  const { url, model = {}, random = () => 0, clock = systemClock, settings = {} } = options;
  const config = evaluateConfig.parse({
    cache: options.cache ?? { entries: 0 },
    evaluators: { relevance: settings, groundedness: { enabled: false } },
    models: {
      default: {
        base_url: url,
        api_key: "sk-secret-key",
        price: { input: 1, output: 10, cached_input: 0.5 },
        timeout: 300,
        retries: 2,
        longest_wait: 1_000,
        ...model,
      },
    },
  });
  const evaluators = createEvaluators({
    config,
    clock,
    budget: unlimitedBudget,
    random,
    onCall: options.onCall ?? (() => undefined),
    onCircuit: options.onCircuit,
  });
  const found = evaluators.find(({ evaluator }) => evaluator.name === "relevance");
  if (found === undefined) throw new Error("there is no evaluator relevance");
  return found.evaluator;
}
