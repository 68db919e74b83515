import type { Clock } from "../../kernel/clock.js";
import type { Logger } from "../../kernel/logger.js";
import { createRest, type Rest } from "../../kernel/rest.js";
import type { Evaluation } from "../../model/evaluation.js";
import type { EvaluationLedger, PendingEvaluations } from "../../model/ports.js";
import type { Decide } from "./decide.js";
import type { Assignment } from "../evaluator.js";
import { createLedgerWriter } from "./ledger-writer.js";
import type { Progress } from "./progress.js";

export interface LaneOptions {
  readonly name: string;
  readonly assignments: readonly Assignment[];
  readonly ledger: EvaluationLedger;
  readonly decide: Decide;
  readonly progress: Progress;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Interactions to ask the store for at once. */
  readonly pageSize: number;
  /** Pairs under way with which no more are taken on; as many as a page when left out. */
  readonly mostOpen?: number | undefined;
  /** Longest time, in milliseconds, that a verdict waits to be written. */
  readonly flushInterval: number;
  /** Longest time, in milliseconds, from an interaction's place in the queue until it is visible. */
  readonly reread: number;
  /** How long an interaction rests in its place before it is pending, in milliseconds; 0 when left out. */
  readonly rest?: number;
  readonly onWritten: (lines: readonly Evaluation[]) => void;
}

/**
 * Evaluators that share what they wait for, such as one model, with their own place in the queue:
 * when a model hangs, only its lane stands still.
 */
export interface Lane {
  readonly name: string;
  /** Takes on new interactions and writes finished verdicts. Answers whether there may be more. */
  round(signal: AbortSignal): Promise<boolean>;
  /** There may be new interactions: a round that waits for verdicts ends. */
  readonly wake: () => void;
  /** After the signal has aborted: waits for what is under way and writes what has a verdict. */
  finish(): Promise<void>;
  /** Milliseconds since the oldest interaction known to lack an answer was put in the queue. */
  lag(): number;
}

export function createLane(options: LaneOptions): Lane {
  const { name, assignments, ledger, decide, progress, clock } = options;
  const { rest: restInQueue = 0 } = options;
  const byName = new Map(assignments.map((assignment) => [assignment.evaluator.name, assignment]));
  /** Pairs taken on and not yet in the store, with their places in the queue. */
  const open = new Map<string, number>();
  const running = new Set<Promise<void>>();
  const rest = createRest(clock);
  /** Everything in the queue before this place was taken on or had its lines; once it is known. */
  let examined: number | undefined;
  let behind = false;

  const writer = createLedgerWriter({
    ledger,
    logger: options.logger,
    onWritten: (lines) => {
      for (const line of lines) open.delete(keyOf(line.interaction_id, line.evaluator));
      options.onWritten(lines);
    },
  });

  const take = ({ interaction, missing, revisedAt }: PendingEvaluations, signal: AbortSignal) => {
    const taken: Assignment[] = [];
    for (const evaluator of missing) {
      const assignment = byName.get(evaluator);
      const key = keyOf(interaction.interaction_id, evaluator);
      if (assignment === undefined || open.has(key)) continue;
      open.set(key, revisedAt);
      taken.push(assignment);
    }
    if (taken.length === 0) return;
    const task = decide(interaction, taken, signal, writer.add)
      // Without a verdict a pair stays open, so that the place that is saved lies before it.
      .catch(() => undefined)
      .finally(() => running.delete(task));
    running.add(task);
  };

  const takeNext = async (signal: AbortSignal): Promise<void> => {
    examined ??= await progress.start();
    const limit = options.pageSize + open.size;
    const { pending, storeTime } = await ledger.pending([...byName.keys()], examined, limit);
    for (const entry of pending) take(entry, signal);
    // What the store does not show yet lies near its time: it is found when that is read again.
    const visible = storeTime - restInQueue - options.reread;
    behind = pending.length >= limit;
    const seen = behind ? Math.min(visible, pending.at(-1)?.revisedAt ?? 0) : visible;
    examined = Math.max(examined, seen);
  };

  const answeredUpTo = (): number => {
    let oldest = examined ?? 0;
    for (const place of open.values()) oldest = Math.min(oldest, place);
    return oldest;
  };

  const write = async (): Promise<void> => {
    await writer.write();
    if (examined !== undefined) await progress.report(name, answeredUpTo());
  };

  return {
    name,
    round: async (signal) => {
      const before = open.size;
      if (before < (options.mostOpen ?? options.pageSize)) await takeNext(signal);
      const idle = running.size === 0 && open.size === 0;
      await allEndedOr(running, options.flushInterval, rest);
      await write();
      return !idle;
    },
    wake: rest.end,
    finish: async () => {
      await Promise.all(running);
      await write();
    },
    lag: () => {
      if (examined === undefined || (open.size === 0 && !behind)) return 0;
      return Math.max(0, clock.now() - restInQueue - answeredUpTo());
    },
  };
}

function keyOf(interactionId: string, evaluator: string): string {
  return `${evaluator} ${interactionId}`;
}

/** Resolves when all work or the rest has ended, at the latest after `milliseconds`. */
async function allEndedOr(
  running: ReadonlySet<Promise<void>>,
  milliseconds: number,
  rest: Rest,
): Promise<void> {
  if (running.size === 0) return;
  const ended = new AbortController();
  const resting = rest.take(milliseconds, ended.signal);
  await Promise.race([Promise.all(running), resting]);
  ended.abort();
  await resting;
}
