import type { Clock } from "../../kernel/clock.js";
import type { Evaluation } from "../../model/evaluation.js";
import type { EvaluationLedger } from "../../model/ports.js";
import type { BudgetConfig } from "./budget-config.js";
import { chancesOf, createRiskMix, type Chances, type RiskMix } from "./chances.js";
import { createForecast } from "./forecast.js";
import { pacedShare, type Demand, type Limit } from "./pace.js";
import { dayLength, periodAt } from "./periods.js";
import type { Risk } from "./risk.js";
import { createUsageReader } from "./usage-reader.js";

/** Pays for the verdicts of one evaluator. */
export interface Purse {
  /** With which probabilities an interaction of this risk is drawn now. */
  chances(risk: Risk): Chances;
  /** Why nothing can be paid for now; undefined when something can. */
  problem(): string | undefined;
  /**
   * Notes that an interaction was decided about.
   * @param drawn whether a verdict will be asked for: then it counts with the mean cost until it is settled
   * @returns to be called once with the cost in US dollars; null when it is not known
   */
  note(interactionId: string, risk: Risk, drawn: boolean): (cost: number | null) => void;
}

/** Spreads what may be spent over the traffic to come. */
export interface Budget {
  /** Learns from the ledger what was spent, by other replicas and before a restart. */
  readonly open: () => Promise<void>;
  /**
   * @param share largest part of the traffic that the evaluator judges, 0 < share <= 1
   * @param limits its own, beside those of all
   */
  readonly purse: (evaluator: string, share: number, limits: BudgetConfig) => Purse;
  /** Told when lines are in the ledger. */
  readonly written: (lines: readonly Evaluation[]) => void;
}

export interface BudgetOptions {
  readonly ledger: Pick<EvaluationLedger, "usage">;
  readonly clock: Clock;
  /** Of all evaluators together. */
  readonly limits: BudgetConfig;
  /** Part of the draws that is uniform, 0 to 1. */
  readonly panelShare: number;
  /** Services that share the traffic, each a like part; 1 when left out. */
  readonly replicas?: number;
}

/** No limit: the share is all that decides. */
export const unlimitedBudget: Budget = {
  open: async () => undefined,
  purse: (_evaluator, share) => unlimitedPurse(share),
  written: () => undefined,
};

/** A budget is exceeded by at most this part of it, by verdicts under way and by the least share. */
const tolerance = 0.03;
/** Before the first cost is known, a verdict is taken for this part of the smallest daily budget. */
const assumedPart = 0.001;
/** How long shares hold, milliseconds, and for which growth of the traffic. */
const planInterval = 30_000;
const planGrowth = 0.01;

interface Member {
  readonly evaluator: string;
  readonly share: number;
  readonly limits: readonly Limit[];
  readonly mix: RiskMix;
  /** By risk. */
  chances: readonly Chances[];
  /** US dollars a verdict, as far as is known. */
  cost: number;
  /** US dollars that verdicts under way are taken for. */
  reserved: number;
}

export function createBudget(options: BudgetOptions): Budget {
  const { ledger, clock, limits, panelShare, replicas = 1 } = options;
  const usage = createUsageReader(ledger, clock, replicas);
  const common = limitsOf(limits);
  const members: Member[] = [];
  let plannedAt = Number.NEGATIVE_INFINITY;
  let planned = 0;
  let decided = 0;

  const reserved = (): number => members.reduce((sum, member) => sum + member.reserved, 0);

  const costOf = ({ evaluator, limits: own }: Member, now: number): number =>
    usage.book.of(evaluator).meanCost(now) ??
    assumedPart * Math.min(...[...own, ...common].map(({ period, usd }) => aDay(period, usd)));

  const ownSpent = (member: Member, { period }: Limit, now: number): number =>
    usage.book.of(member.evaluator).spent(period, now).cost + member.reserved;
  const allSpent = ({ period }: Limit, now: number): number =>
    usage.book.spent(period, now) + reserved();

  const plan = (): void => {
    const now = clock.now();
    if (now - plannedAt < planInterval && decided < planned * (1 + planGrowth)) return;
    plannedAt = now;
    planned = decided;
    const demands = members.map((member): Demand => {
      const record = usage.book.of(member.evaluator);
      const forecast = createForecast(record, usage.profile(member.evaluator), now);
      member.cost = costOf(member, now);
      return { cost: member.cost, forecast };
    });
    const own = members.map((member, index) => {
      const demand = demands.slice(index, index + 1);
      const shares = member.limits.map((limit) =>
        pacedShare(limit, ownSpent(member, limit, now), now, demand),
      );
      return Math.min(member.share, ...shares);
    });
    const together = common.map((limit) =>
      pacedShare(limit, allSpent(limit, now), now, demands, own),
    );
    for (const [index, member] of members.entries()) {
      const share = Math.min(own[index] ?? 1, ...together);
      member.chances = chancesOf(share, panelShare, member.mix);
    }
  };

  const problem = (member: Member): string | undefined => {
    const now = clock.now();
    const isSpent = (spent: number, { usd }: Limit): boolean =>
      spent + member.cost >= usd * (1 + tolerance);
    const own = member.limits.find((limit) => isSpent(ownSpent(member, limit, now), limit));
    if (own !== undefined) return `the evaluator's ${nameOf(own)} budget is spent`;
    const shared = common.find((limit) => isSpent(allSpent(limit, now), limit));
    return shared === undefined ? undefined : `the ${nameOf(shared)} budget is spent`;
  };

  return {
    open: async () => {
      if (members.length > 0) await usage.refresh();
    },
    written: (lines) => {
      if (members.length > 0) usage.written(lines);
    },
    purse: (evaluator, share, budget) => {
      const own = limitsOf(budget);
      if (own.length === 0 && common.length === 0) return unlimitedPurse(share);
      const mix = createRiskMix();
      const member: Member = {
        evaluator,
        share,
        limits: own,
        mix,
        chances: [],
        cost: 0,
        reserved: 0,
      };
      members.push(member);
      return {
        chances: (risk) => {
          plan();
          return member.chances[risk] ?? certain;
        },
        problem: () => {
          plan();
          return problem(member);
        },
        note: (interactionId, risk, drawn) => {
          decided++;
          mix.seen(risk);
          // The others have as much under way.
          const held = drawn ? member.cost * replicas : 0;
          member.reserved += held;
          const settle = usage.decided(interactionId, evaluator);
          return (cost) => {
            member.reserved -= held;
            settle(cost);
          };
        },
      };
    },
  };
}

const certain: Chances = { probability: 1, panel: 1 };

/** All are equally probable, so that all that are drawn are of the panel. */
function unlimitedPurse(share: number): Purse {
  const chances = { probability: share, panel: share };
  return { chances: () => chances, problem: () => undefined, note: () => () => undefined };
}

function limitsOf({ daily_usd: daily, monthly_usd: monthly }: BudgetConfig): Limit[] {
  return [
    ...(daily === null ? [] : [{ period: "day" as const, usd: daily }]),
    ...(monthly === null ? [] : [{ period: "month" as const, usd: monthly }]),
  ];
}

function nameOf({ period }: Limit): string {
  return period === "day" ? "daily" : "monthly";
}

function aDay(period: Limit["period"], usd: number): number {
  const { start, end } = periodAt(period, 0);
  return (usd * dayLength) / (end - start);
}
