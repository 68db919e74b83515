import type { Clock } from "../kernel/clock.js";
import type { DemoStats } from "../model/demo.js";

/** Milliseconds without anything new after which everything is taken to have arrived. */
const quiet = 4_000;
/** Milliseconds that are waited for that at most. */
const longest = 60_000;

export interface DrainOptions {
  readonly clock: Clock;
  readonly stats: () => Promise<DemoStats>;
  readonly signal: AbortSignal;
}

/**
 * Waits until nothing new arrives and every evaluator has answered for every interaction. Answers
 * false when that did not come about in time.
 */
export async function drain({ clock, stats: ask, signal }: DrainOptions): Promise<boolean> {
  const deadline = clock.now() + longest;
  let last = "";
  let since = clock.now();
  while (clock.now() < deadline && !signal.aborted) {
    const stats = await ask();
    const { scoreLag: _ignored, ...state } = stats;
    const seen = JSON.stringify(state);
    if (seen !== last) since = clock.now();
    last = seen;
    if (unanswered(stats) === 0 && clock.now() - since >= quiet) return true;
    await clock.sleep(500, signal);
  }
  return signal.aborted;
}

/** Interactions that at least one evaluator has not answered for. */
function unanswered({ interactions, evaluators }: DemoStats): number {
  const answered = evaluators.map(
    ({ scored, skipped, failed, sampledOut, overBudget }) =>
      scored + skipped + failed + sampledOut + overBudget,
  );
  return interactions - Math.min(...answered, evaluators.length === 0 ? 0 : interactions);
}
