import type { Clock } from "../kernel/clock.js";
import { CalibrantError, messageOf } from "../kernel/errors.js";
import { hashFraction } from "../kernel/sampling.js";
import type { Evaluation } from "../model/evaluation.js";
import type { PendingInteraction } from "../model/ports.js";
import type { Budget } from "./budget.js";
import { noUsage, type Assignment, type Usage, type Verdict } from "./evaluator.js";

export interface DecideOptions {
  readonly clock: Clock;
  readonly budget: Budget;
  /** Changes which conversations are drawn. */
  readonly salt: string;
}

/** Decides the one outcome of an interaction and an evaluator. */
export type Decide = (
  interaction: PendingInteraction,
  assignment: Assignment,
  signal: AbortSignal,
) => Promise<Evaluation>;

const longestReason = 500;

/**
 * The steps from an interaction to its line in the ledger: can it be judged, is it drawn, is
 * there money, and what is the verdict. Rejects only when `signal` aborts: then there is no line,
 * and the interaction is asked for again.
 */
export function createDecide(options: DecideOptions): Decide {
  const { clock, budget, salt } = options;

  const paidVerdict = async (work: () => Promise<Verdict>): Promise<Outcome> => {
    const reservation = budget.reserve();
    if (reservation === undefined) {
      return { outcome: "over_budget", reason: "daily budget spent" };
    }
    let cost: number | null = null;
    try {
      const verdict = await work();
      cost = verdict.usage.cost_usd;
      return outcomeOf(verdict);
    } finally {
      reservation.settle(cost);
    }
  };

  const outcome: Steps = async (interaction, { evaluator, sample }, signal) => {
    const inapplicable = evaluator.inapplicable(interaction);
    if (inapplicable !== undefined) return { outcome: "skipped", reason: inapplicable };
    if (!isDrawn(interaction, sample, salt)) return { outcome: "sampled_out", reason: "not drawn" };
    const work = () => evaluator.evaluate(interaction, signal);
    return evaluator.paid ? await paidVerdict(work) : outcomeOf(await work());
  };

  return async (interaction, assignment, signal) => {
    const decided = await outcome(interaction, assignment, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      return outcomeOf({ outcome: "failed", reason: reasonOf(error), usage: noUsage });
    });
    return { ...lineFor(interaction, assignment), ...decided, evaluated_at: clock.now() };
  };
}

/** All turns of a conversation share their fate; a smaller sample lies within a larger one. */
function isDrawn(
  { session_id, trace_id }: Pick<PendingInteraction, "session_id" | "trace_id">,
  sample: number,
  salt: string,
): boolean {
  return sample >= 1 || hashFraction(session_id === "" ? trace_id : session_id, salt) < sample;
}

type Outcome = Pick<Evaluation, "outcome" | "reason"> & Partial<Evaluation>;

type Steps = (...parameters: Parameters<Decide>) => Promise<Outcome>;

function reasonOf(error: unknown): string {
  const code = error instanceof CalibrantError ? error.code : "EVALUATOR_FAILED";
  return `${code}: ${messageOf(error)}`;
}

function outcomeOf(verdict: Verdict): Outcome {
  const usage: Usage = verdict.usage;
  if (verdict.outcome === "failed") {
    return { outcome: "failed", reason: verdict.reason.slice(0, longestReason), ...usage };
  }
  const { score, label, explanation, confidence } = verdict;
  return { outcome: "scored", reason: "", score, label, explanation, confidence, ...usage };
}

function lineFor(
  interaction: PendingInteraction,
  { evaluator, sample }: Assignment,
): Omit<Evaluation, "evaluated_at" | "outcome" | "reason"> {
  return {
    interaction_id: interaction.interaction_id,
    trace_id: interaction.trace_id,
    span_id: interaction.span_id,
    session_id: interaction.session_id,
    service_name: interaction.service_name,
    evaluator: evaluator.name,
    evaluator_version: evaluator.version,
    kind: evaluator.kind,
    score: null,
    label: "",
    explanation: "",
    confidence: null,
    probability: sample,
    stage: "",
    ...noUsage,
  };
}
