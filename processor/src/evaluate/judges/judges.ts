import type { Clock } from "../../kernel/clock.js";
import type { Evaluator } from "../evaluator.js";
import type { BatchAsker } from "../batches/batch-asker.js";
import { batchCall } from "../batches/batch-call.js";
import { batchJudge } from "../batches/batch-judge.js";
import type { JudgeModel } from "../models/model-client.js";
import { createJudgeCall } from "./judge-call.js";
import type { JudgedCharacters } from "./judge-sections.js";
import { judge } from "./judge.js";
import type { NamedRubric } from "./rubric.js";

/** A judge of the configuration. */
export interface JudgeSettings extends NamedRubric {
  readonly model: JudgeModel;
  /** Whether it may share a call with others. */
  readonly together: boolean;
  /** Asks the model through batches; without it every call is made at once. */
  readonly batch?: BatchAsker | undefined;
}

export interface JudgesOptions {
  /** Most rubrics in one call. */
  readonly perCall: number;
  readonly limits: JudgedCharacters;
  readonly clock: Clock;
  /** A fresh random word at every call. */
  readonly drawBoundary: () => string;
}

/**
 * The judges by name. Those of one model and subject share calls: the first `perCall` of them the
 * first, the next ones the next, so that a judge that is added at the end leaves full calls, and
 * with them the versions of their judges, as they are.
 */
export function createJudges(
  settings: readonly JudgeSettings[],
  { perCall, ...options }: JudgesOptions,
): ReadonlyMap<string, Evaluator> {
  const judges = new Map<string, Evaluator>();
  for (const [first, ...others] of callsOf(settings, perCall)) {
    if (first === undefined) continue;
    const { model, batch } = first;
    // The same set in the same order, whatever the order of the configuration: caches can keep it.
    const rubrics = [first, ...others].toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const direct = createJudgeCall({ ...options, rubrics, model });
    if (batch === undefined) {
      for (const named of rubrics)
        judges.set(named.name, judge({ ...named, model: model.name, call: direct }));
      continue;
    }
    const call = createJudgeCall({ ...options, rubrics, model: batch.model });
    const together = batchCall(call, batch.book);
    for (const named of rubrics) {
      const own = judge({ ...named, model: model.name, call: direct });
      judges.set(named.name, batchJudge(own, model.name, together, batch));
    }
  }
  return judges;
}

function callsOf(settings: readonly JudgeSettings[], perCall: number): JudgeSettings[][] {
  const calls: JudgeSettings[][] = [];
  const filling = new Map<string, JudgeSettings[]>();
  for (const one of settings) {
    const key = `${one.rubric.subject} ${one.model.name} ${one.batch === undefined}`;
    const open = one.together ? filling.get(key) : undefined;
    if (open !== undefined && open.length < perCall) {
      open.push(one);
      continue;
    }
    const call = [one];
    calls.push(call);
    if (one.together) filling.set(key, call);
  }
  return calls;
}
