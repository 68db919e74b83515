import { codeEvaluator, type Options } from "#processor/evaluate/checks/code-check.js";
import { checks } from "#processor/evaluate/checks/checks.js";
import { evaluateConfig } from "#processor/evaluate/evaluate-config.js";
import { createEvaluators } from "#processor/evaluate/evaluators.js";
import type { Evaluator } from "#processor/evaluate/evaluator.js";
import { unlimitedBudget } from "#processor/evaluate/sampling/budget.js";
import { systemClock } from "#processor/kernel/clock.js";
import type { PendingInteraction } from "#processor/model/ports.js";
import { personalDataFinder } from "#processor/redact/find-personal-data.js";
import { pendingInteraction } from "./pending-interaction.js";

const findPersonalData = personalDataFinder();

/** The evaluator that the configuration makes of a check under another name. */
export async function configuredCheck(check: string, options?: object): Promise<Evaluator> {
  const config = evaluateConfig.parse({ evaluators: { tested: { check, options } } });
  const assignments = createEvaluators({
    config,
    clock: systemClock,
    budget: unlimitedBudget,
    findPersonalData,
    onCall: () => undefined,
  });
  const found = assignments.find(({ evaluator }) => evaluator.name === "tested");
  if (found === undefined) throw new Error(`${check} is not configured`);
  await found.evaluator.open?.();
  return found.evaluator;
}

/** A verdict in few words: the label and what explains it, or why there is none. */
export interface Checked {
  readonly skipped?: string;
  readonly score?: number;
  readonly label?: string;
  readonly explanation?: string;
}

export async function checked(
  evaluator: Evaluator,
  changes: Partial<PendingInteraction>,
): Promise<Checked> {
  const interaction = pendingInteraction(changes);
  const skipped = evaluator.inapplicable(interaction);
  if (skipped !== undefined) return { skipped };
  const verdict = await evaluator.evaluate(interaction, new AbortController().signal);
  if (verdict.outcome !== "scored") throw new Error(verdict.reason);
  const { score, label, explanation } = verdict;
  return { score, label, explanation };
}

/** All checks with options that let them judge. */
export async function everyCheck(): Promise<readonly Evaluator[]> {
  const options: Readonly<Record<string, Options>> = {
    format: { schema: { type: "object" }, pattern: "(a|aa)+$", min_length: 1 },
    "latency-ceiling": { ms: 1_000 },
    "cost-ceiling": { usd: 0.01 },
    "language-mismatch": {},
  };
  const found = checks.map((kind) =>
    codeEvaluator(kind.create(options[kind.name] ?? {}, { findPersonalData }), systemClock),
  );
  for (const evaluator of found) await evaluator.open?.();
  return found;
}
