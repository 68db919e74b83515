import type { Clock } from "../../kernel/clock.js";
import type { PendingInteraction } from "../../model/ports.js";
import { nothingToJudge } from "../rules/nothing-to-judge.js";
import { noUsage, type Evaluator, type Judgement } from "../evaluator.js";
import { evaluatorVersion } from "../evaluator-version.js";

/** A quality that plain code can judge: quick, free, and always with the same result. */
export interface CodeCheck {
  readonly name: string;
  /** Kept by hand: raise it with every change that can change a verdict. */
  readonly revision: string;
  /** Why the check has nothing to say, beyond what holds for every evaluator. */
  inapplicable?(interaction: PendingInteraction): string | undefined;
  judge(interaction: PendingInteraction): Judgement;
}

export const codeLane = "code";

export function codeEvaluator(check: CodeCheck, clock: Clock): Evaluator {
  return {
    name: check.name,
    kind: "code",
    version: evaluatorVersion([check.name, check.revision]),
    lane: codeLane,
    paid: false,
    inapplicable: (interaction) => nothingToJudge(interaction) ?? check.inapplicable?.(interaction),
    evaluate: async (interaction) => {
      const begun = clock.now();
      const judgement = check.judge(interaction);
      const usage = { ...noUsage, cost_usd: 0, latency_ms: clock.now() - begun };
      return { outcome: "scored", ...judgement, confidence: null, usage };
    },
  };
}
