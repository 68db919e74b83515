import type { Clock } from "../../kernel/clock.js";
import type { Logger } from "../../kernel/logger.js";
import { hashFraction } from "../../kernel/sampling.js";
import { startWorker, type Worker } from "../../kernel/worker.js";
import type { Evaluation } from "../../model/evaluation.js";
import type { CanaryStore, EvaluationLedger } from "../../model/ports.js";
import type { Assignment } from "../evaluator.js";
import { canaryInteraction, canaryLine } from "./canary-lines.js";
import type { CanaryConfig, GoldItem } from "./canary-config.js";
import type { GoldSet } from "./gold-sets.js";

export interface CanaryOptions {
  readonly assignments: readonly Assignment[];
  readonly goldSets: readonly GoldSet[];
  readonly store: CanaryStore;
  readonly ledger: EvaluationLedger;
  readonly config: CanaryConfig;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onWritten: (lines: readonly Evaluation[]) => void;
}

/** Items of one lane under way at the same time: production goes first. */
const atOnce = 4;

/** One item that is to be judged for the first or the second time. */
interface Trial {
  readonly item: GoldItem;
  readonly stage: "first" | "again";
}

/** A judge and the items that it is tried with. */
interface TriedJudge {
  readonly assignment: Assignment;
  readonly goldSet: GoldSet;
}

/**
 * Judges the gold sets once in every period and once for each version of a judge. The ledger says
 * what has been judged, so that a run that was interrupted goes on where it stood. Judges of one lane
 * are tried one after the other, so that production goes first; no other lane waits for them.
 */
export function startCanaries(options: CanaryOptions): Worker[] {
  const lanes = new Map<string, TriedJudge[]>();
  for (const goldSet of options.goldSets) {
    const assignment = options.assignments.find(
      ({ evaluator }) => evaluator.name === goldSet.evaluator,
    );
    if (assignment?.evaluator.kind !== "llm" || !assignment.evaluator.paid) continue;
    const { lane } = assignment.evaluator;
    lanes.set(lane, [...(lanes.get(lane) ?? []), { assignment, goldSet }]);
  }
  return [...lanes].map(([lane, judges]) => startLane(lane, judges, options));
}

function startLane(lane: string, judges: readonly TriedJudge[], options: CanaryOptions): Worker {
  const { config, clock, logger } = options;
  /** By evaluator, why its run waits. */
  const waiting = new Map<string, string>();
  return startWorker({
    name: `canaries ${lane}`,
    clock,
    logger,
    idleDelay: Math.min(60_000, config.every),
    round: async (signal) => {
      for (const judge of judges) {
        const { name } = judge.assignment.evaluator;
        const problem = await run(judge, options, signal);
        if (problem !== undefined && problem !== waiting.get(name)) {
          logger.info({ evaluator: name }, `its canaries wait: ${problem}`);
        }
        if (problem === undefined) waiting.delete(name);
        else waiting.set(name, problem);
      }
      return false;
    },
  });
}

/** @returns why the rest of the run cannot be paid for now; undefined when it is complete */
async function run(
  { assignment: { evaluator: assigned, sampler }, goldSet }: TriedJudge,
  { store, ledger, config, clock, onWritten }: CanaryOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  const evaluator = assigned.afresh ?? assigned;
  const period = new Date(Math.floor(clock.now() / config.every) * config.every).toISOString();
  const judged = new Set(await store.judged(evaluator.name, evaluator.version, period));
  const open = trials(goldSet.items, config.judged_twice).filter(
    ({ item, stage }) => !judged.has(`${item.id} ${stage}`),
  );
  if (open.length === 0) return undefined;
  await store.define(
    goldSet.evaluator,
    goldSet.items.map((item) => expectation(item, goldSet)),
  );
  for (let at = 0; at < open.length; at += atOnce) {
    await sampler.open();
    const problem = sampler.problem();
    if (problem !== undefined) return problem;
    const lines = await Promise.all(
      open.slice(at, at + atOnce).map(async ({ item, stage }) => {
        const verdict = await evaluator.evaluate(canaryInteraction(item), signal);
        return canaryLine({ evaluator, item, stage, period, verdict, at: clock.now() });
      }),
    );
    await ledger.append(lines);
    onWritten(lines);
  }
  return undefined;
}

function trials(items: readonly GoldItem[], judgedTwice: number): Trial[] {
  return items.flatMap((item): Trial[] => {
    const twice = hashFraction(item.id, "canary") < judgedTwice;
    const first: Trial = { item, stage: "first" };
    return twice ? [first, { item, stage: "again" }] : [first];
  });
}

function expectation(item: GoldItem, { scale }: GoldSet) {
  const score = scale.find(({ label }) => label === item.label)?.score ?? 0;
  return { item: item.id, label: item.label, score, attack: item.attack };
}
