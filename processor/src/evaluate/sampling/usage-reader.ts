import type { Clock } from "../../kernel/clock.js";
import type { Evaluation } from "../../model/evaluation.js";
import type { EvaluationLedger, EvaluatorUsage } from "../../model/ports.js";
import { dayLength, hourLength, periodAt } from "./periods.js";
import { trafficProfile, type TrafficProfile } from "./traffic-profile.js";
import { createUsageBook, recentStep, type UsageBook } from "./usage-book.js";

/** How often the ledger is read for what other replicas spent, milliseconds. */
const readInterval = 30_000;
/** How far back the usual traffic is learnt, milliseconds. */
const historyLength = 28 * dayLength;

/**
 * What is known of all evaluators: from the ledger, and of one's own what is not yet in it. Other
 * replicas have a like part of the traffic: until the ledger is read again, each is taken to do what
 * this one does.
 */
export interface UsageReader {
  readonly book: UsageBook;
  /** The usual traffic of an evaluator, or of the others where it has none; undefined without any. */
  profile(evaluator: string): TrafficProfile | undefined;
  /** Reads the ledger when that was not done lately. */
  refresh(): Promise<void>;
  /** Notes that a draw decided. @returns what to call when the verdict is there */
  decided(interactionId: string, evaluator: string): (cost: number | null) => void;
  /** Lines that are in the ledger from now on. */
  written(lines: readonly Evaluation[]): void;
}

export function createUsageReader(
  ledger: Pick<EvaluationLedger, "usage">,
  clock: Clock,
  replicas: number,
): UsageReader {
  let book = createUsageBook();
  let profiles: ReadonlyMap<string, TrafficProfile> = new Map();
  let history: readonly EvaluatorUsage[] = [];
  let historyEnd = 0;
  let lastRead = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;
  /** By pair, what was decided and is not yet in the ledger. */
  const open = new Map<string, EvaluatorUsage[]>();
  /** Written since the last reading began, which may not show it. */
  let sinceRead: EvaluatorUsage[] = [];

  const readHistory = async (now: number): Promise<void> => {
    const end = hourStart(now) - hourLength;
    if (end === historyEnd) return;
    const start = Math.min(end - historyLength, periodAt("month", now).start);
    history = await ledger.usage(start, end, hourLength);
    historyEnd = end;
    profiles = profilesOf(history, end);
  };

  const read = async (): Promise<void> => {
    const now = clock.now();
    const earlier = sinceRead;
    sinceRead = [];
    try {
      await readHistory(now);
      const recent = await ledger.usage(historyEnd, now + hourLength, recentStep);
      book = createUsageBook();
      for (const usage of [...history, ...recent, ...sinceRead, ...[...open.values()].flat()]) {
        book.add(usage);
      }
      lastRead = now;
    } catch (error) {
      sinceRead = [...earlier, ...sinceRead];
      throw error;
    }
  };

  return {
    get book() {
      return book;
    },
    profile: (evaluator) => profiles.get(evaluator) ?? meanOf([...profiles.values()]),
    refresh: async () => {
      if (clock.now() - lastRead < readInterval) return;
      reading ??= read().finally(() => (reading = undefined));
      await reading;
    },
    decided: (interactionId, evaluator) => {
      const parts: EvaluatorUsage[] = [];
      open.set(keyOf(interactionId, evaluator), parts);
      const add = (usage: Partial<EvaluatorUsage>): void => {
        const whole = times(replicas, { ...nothing, evaluator, at: clock.now(), ...usage });
        parts.push(whole);
        book.add(whole);
      };
      add({ eligible: 1 });
      return (cost) => {
        add({ verdicts: 1, cost_usd: cost ?? 0, unknown_cost: cost === null ? 1 : 0 });
      };
    },
    written: (lines) => {
      for (const line of lines) {
        if (line.kind === "canary") {
          const trial = { ...usageOf(line), eligible: 0 };
          book.add(trial);
          sinceRead.push(trial);
          continue;
        }
        open.delete(keyOf(line.interaction_id, line.evaluator));
        const costs = line.outcome !== "skipped" || line.cost_usd !== null;
        if (line.kind === "llm" && costs) sinceRead.push(times(replicas, usageOf(line)));
      }
    },
  };
}

const nothing = { eligible: 0, verdicts: 0, cost_usd: 0, unknown_cost: 0 };

function times(factor: number, usage: EvaluatorUsage): EvaluatorUsage {
  return {
    ...usage,
    eligible: usage.eligible * factor,
    verdicts: usage.verdicts * factor,
    cost_usd: usage.cost_usd * factor,
    unknown_cost: usage.unknown_cost * factor,
  };
}

function keyOf(interactionId: string, evaluator: string): string {
  return `${evaluator} ${interactionId}`;
}

function hourStart(now: number): number {
  return Math.floor(now / hourLength) * hourLength;
}

function usageOf({ evaluator, evaluated_at, outcome, cost_usd }: Evaluation): EvaluatorUsage {
  const asked = outcome === "scored" || outcome === "failed";
  return {
    evaluator,
    at: evaluated_at,
    eligible: 1,
    verdicts: asked ? 1 : 0,
    cost_usd: cost_usd ?? 0,
    unknown_cost: asked && cost_usd === null ? 1 : 0,
  };
}

function profilesOf(
  history: readonly EvaluatorUsage[],
  end: number,
): ReadonlyMap<string, TrafficProfile> {
  const counts = new Map<string, Map<number, number>>();
  for (const { evaluator, at, eligible } of history) {
    if (eligible === 0) continue;
    const found = counts.get(evaluator) ?? new Map<number, number>();
    counts.set(evaluator, found.set(at, (found.get(at) ?? 0) + eligible));
  }
  const profiles = new Map<string, TrafficProfile>();
  for (const [evaluator, hours] of counts) {
    // The first hour is seldom a whole one.
    const profile = trafficProfile(hours, Math.min(...hours.keys()) + hourLength, end);
    if (profile !== undefined) profiles.set(evaluator, profile);
  }
  return profiles;
}

function meanOf(profiles: readonly TrafficProfile[]): TrafficProfile | undefined {
  if (profiles.length === 0) return undefined;
  return (hour) => profiles.reduce((sum, profile) => sum + profile(hour), 0) / profiles.length;
}
