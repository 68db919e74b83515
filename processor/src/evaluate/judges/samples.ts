import type { Evaluator, Usage, Verdict } from "../evaluator.js";
import { evaluatorVersion } from "../evaluator-version.js";

type Scored = Extract<Verdict, { outcome: "scored" }>;

/**
 * Judges several times where the model does not say how probable its verdict was: the score is the
 * mean, the confidence the share of the most frequent label. What all of them took is summed up.
 * Samples that failed count against the majority; with half of them or more it fails.
 */
export function sampled(evaluator: Evaluator, samples: number): Evaluator {
  return {
    ...evaluator,
    version: evaluatorVersion([evaluator.version, "samples", samples]),
    together: undefined,
    evaluate: async (interaction, signal) => {
      const first = await evaluator.evaluate(interaction, signal);
      if (first.outcome === "scored" && first.confidence !== null) return first;
      const more = await Promise.all(
        Array.from({ length: samples - 1 }, () => evaluator.evaluate(interaction, signal)),
      );
      return combined([first, ...more]);
    },
  };
}

function combined(verdicts: readonly Verdict[]): Verdict {
  const usage = sumOf(verdicts.map((verdict) => verdict.usage));
  const scored = verdicts.filter((verdict): verdict is Scored => verdict.outcome === "scored");
  const failed = verdicts.find((verdict) => verdict.outcome === "failed");
  if (failed !== undefined && scored.length * 2 <= verdicts.length) return { ...failed, usage };
  const counts = new Map<string, number>();
  for (const { label } of scored) counts.set(label, (counts.get(label) ?? 0) + 1);
  const most = Math.max(...counts.values());
  const stated = scored.find(({ label }) => counts.get(label) === most) as Scored;
  const score = scored.reduce((sum, verdict) => sum + verdict.score, 0) / scored.length;
  return { ...stated, score, confidence: most / verdicts.length, usage };
}

/** The first answer is waited for, then the others at once. */
function sumOf([first, ...others]: readonly Usage[]): Usage {
  const all = first === undefined ? others : [first, ...others];
  const sum = (pick: (usage: Usage) => number): number =>
    all.reduce((total, usage) => total + pick(usage), 0);
  return {
    cost_usd: all.some(({ cost_usd }) => cost_usd === null)
      ? null
      : sum((one) => one.cost_usd ?? 0),
    input_tokens: sum((usage) => usage.input_tokens),
    output_tokens: sum((usage) => usage.output_tokens),
    latency_ms:
      (first?.latency_ms ?? 0) + Math.max(0, ...others.map(({ latency_ms }) => latency_ms)),
  };
}
