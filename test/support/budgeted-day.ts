import { weightedMean, type DrawnValue } from "#processor/kernel/weighted-mean.js";
import type { Evaluation } from "#processor/model/evaluation.js";
import type {
  EvaluationLedger,
  EvaluatorUsage,
  PendingInteraction,
} from "#processor/model/ports.js";
import { createBudget } from "#processor/evaluate/sampling/budget.js";
import { conversationSampler } from "#processor/evaluate/sampling/conversation-sampler.js";
import { heldClock } from "./held-clock.js";
import { pendingInteraction } from "./pending-interaction.js";
import { randomNumbers, type RandomNumbers } from "./random-numbers.js";

/** What came of one simulated day. */
export interface BudgetedDay {
  readonly interactions: number;
  readonly verdicts: number;
  /** US dollars spent, in parts of the budget. */
  readonly spent: number;
  /** Hours in which interactions came and none was judged. */
  readonly emptyHours: number;
  /** Interactions for which the money was gone. */
  readonly overBudget: number;
  readonly truth: number;
  readonly estimate: number;
  /** The plain mean of the scores, unweighted. */
  readonly naive: number;
  readonly standardError: number;
  /** Whether the 95% interval holds the truth. */
  readonly covered: boolean;
  /** Smallest and largest probability of an interaction without a sign of trouble. */
  readonly probabilities: readonly [least: number, most: number];
}

export interface DayOptions {
  readonly seed: number;
  /** Weeks of history; 0 for a service that was never run before. */
  readonly weeks?: number;
  /** How many times the usual traffic comes for half an hour to two hours. */
  readonly peak?: number;
  /** Interactions of a usual day. */
  readonly traffic?: number;
  /** US dollars for the day. */
  readonly budget?: number;
}

const hour = 3_600_000;
const minute = 60_000;
const midnight = Date.UTC(2026, 10, 24);
const turnsOfConversation = 3;
const turnGap = 3 * minute;
const meanCost = 0.002;
const verdictTime = 15_000;
/** Nobody else writes to the ledger, so that reading it seldom changes nothing. */
const readInterval = 10 * minute;

interface Turn {
  readonly at: number;
  readonly interaction: PendingInteraction;
  readonly score: number;
}

/**
 * A day of conversations of several turns, with an hour of which no history knows, through the real
 * sampler and budget. Quality is worse in the evening, during the peak and where users object.
 */
export async function budgetedDay(options: DayOptions): Promise<BudgetedDay> {
  const { seed, weeks = 3, peak = 10, traffic = 20_000, budget: usd = 4 } = options;
  const random = randomNumbers(seed);
  const turns = turnsOfDay(random, traffic, peak);
  const clock = heldClock(midnight);
  const ledger = dayLedger(historyOf(random, traffic, weeks));
  const limits = { daily_usd: usd, monthly_usd: null };
  const budget = createBudget({ ledger, clock, limits, panelShare: 0.3 });
  const unlimited = { daily_usd: null, monthly_usd: null };
  const purse = budget.purse("relevance", 1, unlimited);
  const sampler = conversationSampler({ salt: `day ${seed}`, purse, open: budget.open });

  const drawn: DrawnValue[] = [];
  const judgedIn = new Set<number>();
  const cameIn = new Set<number>();
  const underWay: { readonly at: number; finish(): void }[] = [];
  let [spent, overBudget, least, most, opened] = [0, 0, 1, 0, 0];
  const finishUntil = (time: number): void => {
    while ((underWay[0]?.at ?? Number.POSITIVE_INFINITY) <= time) {
      const next = underWay.shift();
      clock.advance((next?.at ?? 0) - clock.now());
      next?.finish();
    }
    clock.advance(time - clock.now());
  };

  for (const { at, interaction, score } of turns) {
    finishUntil(at);
    if (at - opened >= readInterval) {
      await sampler.open();
      opened = at;
    }
    const place = Math.floor((at - midnight) / hour);
    cameIn.add(place);
    const draw = sampler.draw(interaction);
    if (!interaction.is_correction && !interaction.is_rephrase) {
      least = Math.min(least, draw.probability);
      most = Math.max(most, draw.probability);
    }
    const line = { interaction_id: interaction.interaction_id, evaluated_at: at } as const;
    if (!draw.drawn) {
      if (draw.outcome === "over_budget") overBudget++;
      ledger.write(budget.written, { ...line, outcome: draw.outcome, cost_usd: null });
      continue;
    }
    judgedIn.add(place);
    drawn.push({
      cluster: interaction.session_id,
      value: score,
      probability: draw.probability,
    });
    const cost = meanCost * Math.exp(0.5 * random.normal() - 0.125);
    spent += cost;
    underWay.push({
      at: at + verdictTime,
      finish: () => {
        draw.settle(cost);
        const evaluated_at = at + verdictTime;
        ledger.write(budget.written, { ...line, evaluated_at, outcome: "scored", cost_usd: cost });
      },
    });
  }

  const found = weightedMean(drawn);
  if (found === undefined) throw new Error("nothing was drawn");
  const truth = meanOf(turns.map(({ score }) => score));
  const { estimate, lower, upper } = found.mean;
  return {
    interactions: turns.length,
    verdicts: drawn.length,
    spent: spent / usd,
    emptyHours: [...cameIn].filter((place) => !judgedIn.has(place)).length,
    overBudget,
    truth,
    estimate,
    naive: meanOf(drawn.map(({ value }) => value)),
    standardError: found.standardError,
    covered: lower <= truth && truth <= upper,
    probabilities: [least, most],
  };
}

/** Share of a usual day that comes in the hour. */
function usualShare(place: number): number {
  return (1 - 0.75 * Math.cos(((place - 3) / 24) * 2 * Math.PI)) / 24;
}

function turnsOfDay(random: RandomNumbers, traffic: number, peak: number): Turn[] {
  const level = Math.exp(0.15 * random.normal());
  const peakStart = random.uniform() * 24 * 60;
  const peakEnd = peakStart + 30 + random.uniform() * 90;
  const turns: Turn[] = [];
  let conversations = 0;
  for (let place = 0; place < 24 * 60; place++) {
    const inPeak = place >= peakStart && place < peakEnd;
    const usual = (traffic * usualShare(place / 60) * level) / 60 / turnsOfConversation;
    const arrivals = random.poisson(usual * (inPeak ? peak : 1));
    for (let index = 0; index < arrivals; index++) {
      const start = midnight + (place + random.uniform()) * minute;
      addConversation(turns, random, { start, id: `c${conversations++}`, inPeak });
    }
  }
  return turns.toSorted((a, b) => a.at - b.at);
}

const usualTurn = pendingInteraction();

function addConversation(
  turns: Turn[],
  random: RandomNumbers,
  { start, id, inPeak }: { readonly start: number; readonly id: string; readonly inPeak: boolean },
): void {
  const mood = 0.8 * random.normal();
  const evening = (start - midnight) / hour >= 18 ? 0.5 : 0;
  let at = start;
  for (let index = 0; ; index++) {
    const objects = index > 0 && random.uniform() < (mood < -0.5 ? 0.35 : 0.06);
    const repeats = objects && random.uniform() < 0.3;
    const merit = 2.2 + mood - evening - (inPeak ? 0.7 : 0) - (objects ? 2 : 0);
    const score = random.uniform() < 1 / (1 + Math.exp(-merit)) ? 1 : 0;
    const interaction = {
      ...usualTurn,
      interaction_id: `${id}-${index}`,
      session_id: id,
      is_correction: objects,
      is_rephrase: repeats,
    };
    if (at >= midnight + 24 * hour) return;
    turns.push({ at, interaction, score });
    if (random.uniform() < 1 / turnsOfConversation) return;
    at += turnGap * random.exponential();
  }
}

function historyOf(random: RandomNumbers, traffic: number, weeks: number): EvaluatorUsage[] {
  const rows: EvaluatorUsage[] = [];
  for (let day = 1; day <= weeks * 7; day++) {
    const level = Math.exp(0.15 * random.normal());
    for (let place = 0; place < 24; place++) {
      const eligible = random.poisson(traffic * usualShare(place + 0.5) * level);
      const verdicts = Math.round(eligible / 10);
      rows.push({
        evaluator: "relevance",
        at: midnight - day * 24 * hour + place * hour,
        eligible,
        verdicts,
        cost_usd: verdicts * meanCost,
        unknown_cost: 0,
      });
    }
  }
  return rows;
}

type DayLine = Pick<Evaluation, "interaction_id" | "evaluated_at" | "outcome" | "cost_usd">;

/** A ledger that keeps sums only. */
function dayLedger(history: readonly EvaluatorUsage[]): Pick<EvaluationLedger, "usage"> & {
  write(tell: (lines: readonly Evaluation[]) => void, line: DayLine): void;
} {
  const steps = new Map<number, EvaluatorUsage>();
  const shortest = 300_000;
  return {
    usage: async (from, until, step) => {
      const rows = [...history, ...steps.values()].filter(({ at }) => at >= from && at < until);
      return rows.map((row) => ({ ...row, at: Math.floor(row.at / step) * step }));
    },
    write: (tell, line) => {
      const at = Math.floor(line.evaluated_at / shortest) * shortest;
      const asked = line.outcome === "scored" ? 1 : 0;
      const before = steps.get(at);
      steps.set(at, {
        evaluator: "relevance",
        at,
        eligible: (before?.eligible ?? 0) + 1,
        verdicts: (before?.verdicts ?? 0) + asked,
        cost_usd: (before?.cost_usd ?? 0) + (line.cost_usd ?? 0),
        unknown_cost: 0,
      });
      tell([{ ...emptyLine, ...line }]);
    },
  };
}

const emptyLine: Evaluation = {
  evaluated_at: 0,
  interaction_id: "",
  trace_id: "",
  span_id: "",
  session_id: "",
  service_name: "shop",
  evaluator: "relevance",
  evaluator_version: "1",
  kind: "llm",
  outcome: "scored",
  reason: "",
  score: null,
  label: "",
  explanation: "",
  confidence: null,
  probability: 1,
  panel: false,
  subject: "interaction",
  material: "0",
  stage: "",
  model: "",
  cost_usd: null,
  input_tokens: 0,
  output_tokens: 0,
  latency_ms: 0,
};

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
