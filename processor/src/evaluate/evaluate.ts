import { setMaxListeners } from "node:events";
import type { Meter } from "@opentelemetry/api";
import type { Clock } from "../kernel/clock.js";
import type { Logger } from "../kernel/logger.js";
import { startWorker, type Worker } from "../kernel/worker.js";
import type { CursorStore, EvaluationLedger } from "../model/ports.js";
import { createBudget } from "./sampling/budget.js";
import { codeLane } from "./checks/code-check.js";
import { createDecide } from "./ledger/decide.js";
import type { EvaluateConfig } from "./evaluate-config.js";
import { createEvaluateMetrics } from "./evaluate-metrics.js";
import type { Assignment } from "./evaluator.js";
import { createEvaluators } from "./evaluators.js";
import { createLane, type Lane } from "./ledger/lane.js";
import type { ModelPrice } from "./models/model-usage.js";
import { createProgress } from "./ledger/progress.js";

export interface EvaluateOptions {
  readonly ledger: EvaluationLedger;
  readonly cursors: CursorStore;
  readonly config: EvaluateConfig;
  readonly meter: Meter;
  readonly logger: Logger;
  readonly clock: Clock;
  /** What a model costs when the configuration does not say; without it such a cost is unknown. */
  readonly priceOf?: (model: string) => ModelPrice | undefined;
  /** Uniform in [0, 1), for the spread of waiting times. */
  readonly random?: () => number;
}

/** Checks take no time, so that a page may be large. */
const checkPage = 500;
/** Interactions taken on for each call that a model may have under way: enough to keep it busy. */
const pagePerCall = 4;

/**
 * Answers for every interaction and evaluator with exactly one line in the ledger, from the queue
 * that the store is. Lanes run beside each other: one for the checks, one for each model.
 * @throws CalibrantError CONFIG_INVALID when the evaluators or their rubrics have faults
 */
export function startEvaluation(options: EvaluateOptions): Worker {
  const { ledger, cursors, config, logger, clock } = options;
  const metrics = createEvaluateMetrics(options.meter);
  const budget = createBudget({
    ledger,
    clock,
    limits: config.budget,
    panelShare: config.panel_share,
  });
  const assignments = createEvaluators({ ...options, budget, onCall: metrics.called });
  const decide = createDecide(clock);
  const laneOf = byLane(assignments);
  const progress = createProgress(cursors, clock, [...laneOf.keys()]);

  const lanes = [...laneOf].map(([name, members]) =>
    createLane({
      name,
      assignments: members,
      ledger,
      decide,
      progress,
      clock,
      logger,
      pageSize: pageSizeOf(name, config),
      flushInterval: config.poll,
      reread: config.reread,
      onWritten: (lines) => {
        budget.written(lines);
        metrics.written(lines);
      },
    }),
  );
  const hideLag = metrics.showLag(lanes);
  const workers = lanes.map((lane) => start(lane, laneOf.get(lane.name) ?? [], options));

  return {
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
      hideLag();
      await finish(lanes, logger);
      await progress.save().catch((error: unknown) => {
        logger.warn({ err: error }, "the place of the evaluators was not saved");
      });
    },
    get failure() {
      return workers.find(({ failure }) => failure !== undefined)?.failure;
    },
  };
}

function byLane(assignments: readonly Assignment[]): ReadonlyMap<string, Assignment[]> {
  const lanes = new Map<string, Assignment[]>();
  for (const assignment of assignments) {
    const { lane } = assignment.evaluator;
    lanes.set(lane, [...(lanes.get(lane) ?? []), assignment]);
  }
  return lanes;
}

function start(
  lane: Lane,
  assignments: readonly Assignment[],
  { clock, logger, config }: EvaluateOptions,
): Worker {
  return startWorker({
    name: `evaluate ${lane.name}`,
    clock,
    logger,
    idleDelay: config.poll,
    round: async (signal) => {
      // One listener for each call under way.
      setMaxListeners(0, signal);
      for (const { sampler } of assignments) await sampler.open();
      return await lane.round(signal);
    },
  });
}

/** Verdicts that cannot be written are asked for again after the next start. */
async function finish(lanes: readonly Lane[], logger: Logger): Promise<void> {
  const results = await Promise.allSettled(lanes.map((lane) => lane.finish()));
  for (const result of results) {
    if (result.status === "rejected") {
      logger.warn({ err: result.reason as unknown }, "verdicts were not written before the end");
    }
  }
}

function pageSizeOf(lane: string, config: EvaluateConfig): number {
  if (lane === codeLane) return checkPage;
  const model = Object.entries(config.models).find(([name]) => lane === `model ${name}`)?.[1];
  return Math.max(16, (model?.concurrency ?? 1) * pagePerCall);
}
