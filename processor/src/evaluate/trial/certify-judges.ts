import { certifyCascade } from "../cascade/certify.js";
import type { Certificate } from "../cascade/cascade-config.js";
import { distinctItems } from "./distinct-items.js";
import {
  checkLabels,
  judgeItems,
  judgeOf,
  type TrialItem,
  type TrialOptions,
} from "./try-judge.js";

export interface CertificationOptions extends Omit<TrialOptions, "model"> {
  /** Names of models in the configuration, the cheapest first. */
  readonly models: readonly string[];
  readonly alpha: number;
  readonly delta: number;
}

/**
 * Asks each model about the labelled items that those before it were not sure about, and certifies how
 * sure each has to be.
 * @throws CalibrantError CONFIG_INVALID when there is no such rubric, label or model
 */
export async function certifyJudges(options: CertificationOptions): Promise<Certificate> {
  const { models, items, alpha, delta, clock, signal, onDone } = options;
  const stages = models.map((model) => ({ model, ...judgeOf({ ...options, model }) }));
  const [first] = stages;
  if (first === undefined) throw new Error("there is no model to certify");
  checkLabels(items, first.rubric);
  const distinct = distinctItems(items, first.rubric);
  const labelled = distinct.items.flatMap((item) =>
    item.label === undefined ? [] : [{ item, expected: item.label }],
  );
  let done = 0;
  const certified = await certifyCascade({
    stages: stages.length,
    items: labelled,
    alpha,
    delta,
    ask: async (stage, asked) => {
      const { evaluator } = stages[stage] ?? first;
      const own = asked.map(({ item }): TrialItem => item);
      const report = { signal, onDone: () => onDone(++done) };
      const lines = await judgeItems(evaluator, own, report);
      signal.throwIfAborted();
      return lines.map(({ outcome, label, confidence, cost_usd }) => ({
        label: outcome === "scored" ? label : undefined,
        confidence,
        cost_usd,
      }));
    },
  });
  return {
    evaluator: first.rubric.name,
    alpha,
    delta,
    created_at: new Date(clock.now()).toISOString(),
    labels: labelled.length,
    copies: distinct.copies,
    stages: certified.map(({ threshold, reached, cost_usd }, stage) => ({
      model: models[stage] ?? "",
      version: stages[stage]?.evaluator.version ?? "",
      threshold: threshold?.threshold ?? null,
      reached,
      stood: threshold?.stood ?? 0,
      wrong: threshold?.wrong ?? 0,
      cost_usd,
    })),
  };
}
