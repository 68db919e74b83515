import type { Clock } from "../../kernel/clock.js";
import { CalibrantError, messageOf } from "../../kernel/errors.js";
import type { Evaluation } from "../../model/evaluation.js";
import type { PendingInteraction } from "../../model/ports.js";
import { noUsage, type Assignment, type Evaluator, type Verdict } from "../evaluator.js";
import { outcomeOf, type Outcome } from "./outcome.js";
import type { Draw } from "../sampling/sampler.js";

/**
 * Decides the one outcome of an interaction for each of the assignments.
 * @param add is given each line as soon as it is known
 */
export type Decide = (
  interaction: PendingInteraction,
  assignments: readonly Assignment[],
  signal: AbortSignal,
  add: (line: Evaluation) => void,
) => Promise<void>;

/** An assignment whose evaluator is to judge. */
interface Drawn {
  readonly assignment: Assignment;
  readonly draw: Extract<Draw, { drawn: true }>;
}

/**
 * The steps from an interaction to its lines in the ledger: is it meant, can it be judged, is it
 * drawn, and what is the verdict. Rejects only when `signal` aborts: then some lines are missing,
 * and the interaction is asked for again.
 */
export function createDecide(clock: Clock): Decide {
  return async (interaction, assignments, signal, add) => {
    const line = (assignment: Assignment, outcome: DrawnOutcome): void => {
      add({ ...lineFor(interaction, assignment), ...outcome, evaluated_at: clock.now() });
    };
    const drawn: Drawn[] = [];
    for (const assignment of assignments) {
      const outcome = withoutVerdict(interaction, assignment);
      if ("draw" in outcome) drawn.push(outcome);
      else line(assignment, outcome);
    }
    const groups = grouped(drawn).map(async (group) => {
      const verdicts = await verdictsOf(group, interaction, signal);
      group.forEach(({ assignment, draw: { probability, panel } }, index) => {
        line(assignment, { ...outcomeOf(verdicts[index] ?? noVerdict), probability, panel });
      });
    });
    const settled = await Promise.allSettled(groups);
    const failed = settled.find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
  };
}

type DrawnOutcome = Outcome & Pick<Evaluation, "probability">;

function withoutVerdict(
  interaction: PendingInteraction,
  assignment: Assignment,
): DrawnOutcome | Drawn {
  const { evaluator, ineligible, sampler } = assignment;
  const reason = ineligible(interaction) ?? evaluator.inapplicable(interaction);
  if (reason !== undefined) return { outcome: "skipped", reason, probability: 1 };
  const draw = sampler.draw(interaction);
  if (draw.drawn) return { assignment, draw };
  const { outcome, reason: why, probability } = draw;
  return { outcome, reason: why, probability };
}

/** Evaluators that are asked in one call; the others each for themselves. */
function grouped(drawn: readonly Drawn[]): Drawn[][] {
  const groups = new Map<unknown, Drawn[]>();
  for (const one of drawn) {
    const key = one.assignment.evaluator.together ?? one;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()];
}

async function verdictsOf(
  group: readonly Drawn[],
  interaction: PendingInteraction,
  signal: AbortSignal,
): Promise<readonly Verdict[]> {
  let verdicts: readonly Verdict[] = [];
  try {
    verdicts = await evaluate(
      group.map(({ assignment }) => assignment.evaluator),
      interaction,
      signal,
    );
  } catch (error) {
    signal.throwIfAborted();
    verdicts = group.map(() => ({ outcome: "failed", reason: reasonOf(error), usage: noUsage }));
  } finally {
    group.forEach(({ draw }, index) => draw.settle(verdicts[index]?.usage.cost_usd ?? null));
  }
  return verdicts;
}

async function evaluate(
  evaluators: readonly Evaluator[],
  interaction: PendingInteraction,
  signal: AbortSignal,
): Promise<readonly Verdict[]> {
  const [first] = evaluators;
  if (first === undefined) return [];
  if (first.together !== undefined && evaluators.length > 1) {
    return await first.together.evaluate(evaluators, interaction, signal);
  }
  return [await first.evaluate(interaction, signal)];
}

const noVerdict: Verdict = {
  outcome: "failed",
  reason: "EVALUATOR_FAILED: there is no verdict",
  usage: noUsage,
};

function reasonOf(error: unknown): string {
  const code = error instanceof CalibrantError ? error.code : "EVALUATOR_FAILED";
  return `${code}: ${messageOf(error)}`;
}

function lineFor(
  interaction: PendingInteraction,
  { evaluator }: Assignment,
): Omit<Evaluation, "evaluated_at" | "outcome" | "reason" | "probability"> {
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
    panel: false,
    stage: "",
    subject: evaluator.subject ?? "interaction",
    material: evaluator.subject === "conversation" ? "0" : interaction.material,
    model: "",
    ...noUsage,
  };
}
