import type { Clock } from "../../kernel/clock.js";
import type { Fault } from "../../kernel/faults.js";
import type { FindPersonalData, PendingInteraction } from "../../model/ports.js";
import { nothingToJudge } from "../rules/nothing-to-judge.js";
import { noUsage, type Evaluator, type Judgement } from "../evaluator.js";
import { evaluatorVersion } from "../evaluator-version.js";

/** A quality that plain code can judge: quick, free, and always with the same result. */
export interface CodeCheck {
  readonly name: string;
  /** Kept by hand: raise it with every change that can change a verdict. */
  readonly revision: string;
  /** What it was set to, where that can change a verdict. */
  readonly settings?: unknown;
  /** Whether it judges without the words of the interaction, such as by its duration. */
  readonly withoutContent?: boolean;
  /** Loads what the check needs; resolves before it is asked anything. */
  open?(): Promise<void>;
  /** Why the check has nothing to say, beyond what holds for every evaluator. */
  inapplicable?(interaction: PendingInteraction): string | undefined;
  judge(interaction: PendingInteraction): Judgement;
}

/** What checks need of other rooms. */
export interface CheckTools {
  readonly findPersonalData?: FindPersonalData | undefined;
}

/** A check that the configuration can name. */
export interface CheckKind {
  readonly name: string;
  /** Whether it runs for everything unless it is switched off. */
  readonly standard: boolean;
  /** What is wrong with its options, each with its path within them. */
  faults(options: Options): readonly Fault[];
  /** @param options without faults */
  create(options: Options, tools: CheckTools): CodeCheck;
}

/** As the configuration has them. */
export type Options = Readonly<Record<string, unknown>>;

export const codeLane = "code";

/** @param name of the evaluator: a check may run several times with other settings */
export function codeEvaluator(check: CodeCheck, clock: Clock, name = check.name): Evaluator {
  const { revision, settings } = check;
  const parts = [check.name, revision, ...(settings === undefined ? [] : [settings])];
  return {
    name,
    kind: "code",
    version: evaluatorVersion(parts),
    lane: codeLane,
    paid: false,
    ...(check.open === undefined ? {} : { open: () => check.open?.() ?? Promise.resolve() }),
    inapplicable: (interaction) =>
      nothingToJudge(interaction, check.withoutContent) ?? check.inapplicable?.(interaction),
    evaluate: async (interaction) => {
      const begun = clock.now();
      const judgement = check.judge(interaction);
      const usage = { ...noUsage, cost_usd: 0, latency_ms: clock.now() - begun };
      return { outcome: "scored", ...judgement, confidence: null, usage };
    },
  };
}
