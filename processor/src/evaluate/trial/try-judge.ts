import { setMaxListeners } from "node:events";
import type { Clock } from "../../kernel/clock.js";
import { CalibrantError } from "../../kernel/errors.js";
import type { PendingInteraction } from "../../model/ports.js";
import type { EvaluateConfig } from "../evaluate-config.js";
import { evaluatorConfig } from "../evaluator-config.js";
import { standardModel } from "../evaluator-kinds.js";
import type { Evaluator, Verdict } from "../evaluator.js";
import { createEvaluators } from "../evaluators.js";
import { loadRubrics } from "../judges/rubrics.js";
import type { Rubric } from "../judges/rubric.js";
import type { ModelPrice } from "../models/model-usage.js";
import { unlimitedBudget } from "../sampling/budget.js";
import { distinctItems } from "./distinct-items.js";

export interface TrialItem {
  readonly interaction: PendingInteraction;
  /** The verdict that an expert gave; undefined when there is none. */
  readonly label: string | undefined;
  /** In the file that it is from, from 1. */
  readonly line?: number;
}

export interface TrialOptions {
  readonly config: EvaluateConfig;
  /** The name of a rubric, or the path of its file. */
  readonly rubric: string;
  /** The name of a model in the configuration; `default` when left out. */
  readonly model?: string | undefined;
  /** Verdicts for each item; those of the evaluator of the rubric's name when left out. */
  readonly samples?: number | undefined;
  readonly items: readonly TrialItem[];
  readonly clock: Clock;
  readonly priceOf: (model: string) => ModelPrice | undefined;
  /** When it aborts, what has been judged is the result. */
  readonly signal: AbortSignal;
  /** Told of each item that is done. */
  readonly onDone: (done: number) => void;
}

/** What became of one item. */
export interface TrialLine {
  readonly id: string;
  /** The expert's verdict; null when there is none. */
  readonly expected: string | null;
  readonly outcome: Verdict["outcome"];
  readonly reason: string;
  readonly label: string;
  readonly score: number | null;
  readonly explanation: string;
  readonly confidence: number | null;
  readonly cost_usd: number | null;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly latency_ms: number;
}

export interface Trial {
  readonly rubric: Rubric;
  readonly version: string;
  /** In the order of the items, without copies and those that the end came before. */
  readonly lines: readonly TrialLine[];
  /** Items that show the judge what another one shows it, and were left out. */
  readonly copies: number;
}

/** Judges under way at the same time, at most: enough for any model's own limit. */
const atOnce = 256;

/**
 * Runs one rubric over items, outside of the ledger.
 * @throws CalibrantError CONFIG_INVALID when there is no such rubric, label or model
 */
export async function tryJudge(options: TrialOptions): Promise<Trial> {
  const { evaluator, rubric } = judgeOf(options);
  checkLabels(options.items, rubric);
  const { items, copies } = distinctItems(options.items, rubric);
  const lines = await judgeItems(evaluator, items, options);
  return { rubric, version: evaluator.version, lines, copies };
}

/** In the order of the items, without those that the end came before. */
export async function judgeItems(
  evaluator: Evaluator,
  items: readonly TrialItem[],
  { signal, onDone }: Pick<TrialOptions, "signal" | "onDone">,
): Promise<TrialLine[]> {
  // One listener for each call under way.
  setMaxListeners(0, signal);
  const lines: (TrialLine | undefined)[] = [];
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    while (next < items.length && !signal.aborted) {
      const place = next++;
      const item = items[place];
      if (item === undefined) return;
      try {
        lines[place] = await judgeItem(evaluator, item, signal);
      } catch (error) {
        if (!signal.aborted) throw error;
        return;
      }
      onDone(++done);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work));
  return lines.filter((line) => line !== undefined);
}

/** @throws CalibrantError CONFIG_INVALID when there is no such rubric or model */
export function judgeOf(options: Omit<TrialOptions, "items" | "signal" | "onDone">): {
  evaluator: Evaluator;
  rubric: Rubric;
} {
  const { model = standardModel, clock, priceOf } = options;
  const { config, rubric } = withRubric(options);
  if (!Object.hasOwn(config.models, model)) {
    throw new CalibrantError(
      "CONFIG_INVALID",
      model === standardModel
        ? "no model is configured: set OPENAI_API_KEY or OPENAI_BASE_URL, or processors.evaluate.models"
        : `there is no model "${model}" under processors.evaluate.models`,
    );
  }
  const { name } = rubric;
  const configured = Object.hasOwn(config.evaluators, name) ? config.evaluators[name] : undefined;
  const { samples = configured?.samples } = options;
  const alone: EvaluateConfig = {
    ...config,
    evaluators: {
      [name]: evaluatorConfig.parse({ together: false, rubric: name, model, samples }),
    },
    quality: {},
    canaries: { ...config.canaries, enabled: false },
  };
  const evaluators = createEvaluators({
    config: alone,
    clock,
    budget: unlimitedBudget,
    priceOf,
    onCall: () => undefined,
  });
  const evaluator = evaluators.find((assignment) => assignment.evaluator.name === name)?.evaluator;
  if (evaluator === undefined) throw new Error(`there is no evaluator ${name}`);
  return { evaluator: evaluator.afresh ?? evaluator, rubric };
}

/** The rubric, and the configuration with its file. */
function withRubric({ config, rubric: wanted }: Pick<TrialOptions, "config" | "rubric">): {
  readonly config: EvaluateConfig;
  readonly rubric: Rubric;
} {
  const known = loadRubrics(config.rubrics);
  const named = known.get(wanted);
  if (named !== undefined) return { config, rubric: named };
  if (!/\.ya?ml$/.test(wanted)) {
    throw new CalibrantError(
      "CONFIG_INVALID",
      `there is no rubric "${wanted}"; known are ${[...known.keys()].join(", ")}, and files (.yaml)`,
    );
  }
  const more = { ...config, rubrics: [...config.rubrics, wanted] };
  const rubric = [...loadRubrics(more.rubrics).values()].find(({ name }) => !known.has(name));
  if (rubric === undefined) throw new Error(`there is no rubric in ${wanted}`);
  return { config: more, rubric };
}

/** @throws CalibrantError CONFIG_INVALID */
export function checkLabels(items: readonly TrialItem[], rubric: Rubric): void {
  const labels = rubric.scale.map(({ label }) => label);
  const wrong = items.find(({ label }) => label !== undefined && !labels.includes(label));
  if (wrong === undefined) return;
  throw new CalibrantError(
    "CONFIG_INVALID",
    `the item "${wrong.interaction.interaction_id}" has the label "${wrong.label}", which is not on the scale of ${rubric.name} (${labels.join(", ")})`,
  );
}

async function judgeItem(
  evaluator: Evaluator,
  { interaction, label: expected }: TrialItem,
  signal: AbortSignal,
): Promise<TrialLine> {
  const nothing = { label: "", score: null, explanation: "", confidence: null };
  const own = { id: interaction.interaction_id, expected: expected ?? null };
  const reason = evaluator.inapplicable(interaction);
  if (reason !== undefined) {
    const usage = { cost_usd: null, input_tokens: 0, output_tokens: 0, latency_ms: 0 };
    return { ...own, outcome: "skipped", reason, ...nothing, ...usage };
  }
  const verdict = await evaluator.evaluate(interaction, signal);
  if (verdict.outcome !== "scored") {
    const { outcome, reason: why, usage } = verdict;
    return { ...own, outcome, reason: why, ...nothing, ...usage };
  }
  const { label, score, explanation, confidence, usage } = verdict;
  return { ...own, outcome: "scored", reason: "", label, score, explanation, confidence, ...usage };
}
