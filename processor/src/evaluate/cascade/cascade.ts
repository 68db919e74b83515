import type { Evaluator, Usage, Verdict } from "../evaluator.js";
import { evaluatorVersion } from "../evaluator-version.js";

/** One judge of several. */
export interface CascadeStage {
  readonly evaluator: Evaluator;
  /** The name of its model in the configuration. */
  readonly model: string;
  /** The least confidence with which its verdict stands; undefined when none does. */
  readonly threshold: number | undefined;
}

export interface CascadeOptions {
  readonly name: string;
  /** The cheapest first; two at least. */
  readonly stages: readonly CascadeStage[];
  /** Whether the last stage, too, has to be sure. */
  readonly experts: boolean;
}

/** What the reason of a line begins with whose interaction waits for an expert. */
const waitsForExpert = "waits for an expert";

/**
 * Asks judges one after the other until one is sure enough. The verdict of the last one stands however
 * sure it is, except where experts are to decide: then there is no verdict, and the reason says so.
 */
export function cascade({ name, stages, experts }: CascadeOptions): Evaluator {
  const [first] = stages;
  if (first === undefined) throw new Error(`the cascade ${name} has no stage`);
  const version = evaluatorVersion([
    "cascade",
    stages.map(({ evaluator, threshold }) => [evaluator.version, threshold ?? null]),
    experts,
  ]);
  const anew = stages.some(({ evaluator }) => evaluator.afresh !== undefined)
    ? stages.map((stage) => ({ ...stage, evaluator: stage.evaluator.afresh ?? stage.evaluator }))
    : undefined;
  return {
    name,
    afresh: anew === undefined ? undefined : cascade({ name, stages: anew, experts }),
    kind: "llm",
    version,
    subject: first.evaluator.subject,
    lane: `cascade ${name}`,
    paid: true,
    inapplicable: (interaction) => first.evaluator.inapplicable(interaction),
    evaluate: async (interaction, signal) => {
      const asked: Verdict[] = [];
      for (const [place, stage] of stages.entries()) {
        const verdict = await stage.evaluator.evaluate(interaction, signal);
        asked.push(verdict);
        const last = place === stages.length - 1;
        if (stands(verdict, stage) || (last && !experts)) {
          return { ...verdict, usage: together(asked), stage: stage.model };
        }
      }
      return undecided(asked);
    },
  };
}

function stands(verdict: Verdict, { threshold }: CascadeStage): boolean {
  if (verdict.outcome !== "scored" || verdict.confidence === null) return false;
  return threshold !== undefined && verdict.confidence >= threshold;
}

function undecided(asked: readonly Verdict[]): Verdict {
  const said = asked.map((verdict) =>
    verdict.outcome === "scored"
      ? `${verdict.label} (${verdict.confidence?.toFixed(2) ?? "not said how sure"})`
      : verdict.outcome,
  );
  const reason = `${waitsForExpert}: no judge is sure enough: ${said.join(", ")}`;
  return { outcome: "skipped", reason, usage: together(asked), stage: "expert" };
}

/** What all the calls took, one after the other; the cost is not known where that of one is not. */
function together(verdicts: readonly Verdict[]): Usage {
  const usages = verdicts.map(({ usage }) => usage);
  const sum = (of: (usage: Usage) => number): number =>
    usages.reduce((total, usage) => total + of(usage), 0);
  // A call that came to nothing has no tokens, and no cost.
  const paid = usages.filter((usage) => usage.cost_usd !== null || usage.input_tokens > 0);
  const known = paid.length > 0 && paid.every(({ cost_usd: cost }) => cost !== null);
  return {
    cost_usd: known ? sum(({ cost_usd: cost }) => cost ?? 0) : null,
    input_tokens: sum((usage) => usage.input_tokens),
    output_tokens: sum((usage) => usage.output_tokens),
    latency_ms: sum((usage) => usage.latency_ms),
  };
}
