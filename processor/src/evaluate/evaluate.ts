import { setMaxListeners } from "node:events";
import type { Meter } from "@opentelemetry/api";
import type { Clock } from "../kernel/clock.js";
import type { Logger } from "../kernel/logger.js";
import { startWorker, type WakefulWorker, type Worker } from "../kernel/worker.js";
import type {
  CanaryStore,
  CascadeCertificates,
  ConversationQueue,
  CursorStore,
  EvaluationLedger,
  FindPersonalData,
  JudgeBatchStore,
} from "../model/ports.js";
import { startDefineCascades } from "./cascade/define-cascades.js";
import { onlyReplica, type Replica } from "../model/replica.js";
import { createBudget } from "./sampling/budget.js";
import { startCanaries } from "./canaries/canaries.js";
import { loadGoldSets } from "./canaries/gold-sets.js";
import { codeLane } from "./checks/code-check.js";
import { createDecide } from "./ledger/decide.js";
import type { EvaluateConfig } from "./evaluate-config.js";
import { createEvaluateMetrics } from "./evaluate-metrics.js";
import type { Assignment } from "./evaluator.js";
import { rubricsOfJudges } from "./evaluator-configs.js";
import { createEvaluators } from "./evaluators.js";
import { createLane, type Lane } from "./ledger/lane.js";
import { loadRubrics } from "./judges/rubrics.js";
import type { ModelConfig } from "./models/model-config.js";
import type { ModelPrice } from "./models/model-usage.js";
import { createProgress } from "./ledger/progress.js";

export type { Certificate } from "./cascade/cascade-config.js";
export { certifyJudges } from "./trial/certify-judges.js";
export { readTrialItems } from "./trial/trial-items.js";
export { summarise, type TrialSummary } from "./trial/trial-summary.js";
export { tryJudge, type Trial, type TrialItem } from "./trial/try-judge.js";
export { startQuality } from "./quality/quality.js";

export interface EvaluateOptions {
  readonly ledger: EvaluationLedger;
  readonly conversations: ConversationQueue;
  readonly cursors: CursorStore;
  /** Where trials of judges are kept; without it judges are not tried. */
  readonly canaries?: CanaryStore;
  /** Where certificates are kept; without it cascades have no receipts. */
  readonly certificates?: CascadeCertificates;
  /** Where batches are kept; without it judges that can wait ask by calls. */
  readonly batches?: JudgeBatchStore;
  readonly config: EvaluateConfig;
  /** Whose part of the queue this is; all of it when left out. */
  readonly replica?: Replica;
  readonly meter: Meter;
  readonly logger: Logger;
  readonly clock: Clock;
  /** What a model costs when the configuration does not say; without it such a cost is unknown. */
  readonly priceOf?: (model: string) => ModelPrice | undefined;
  /** Needed by the check for leaked personal data alone. */
  readonly findPersonalData?: FindPersonalData;
  /** Uniform in [0, 1), for the spread of waiting times. */
  readonly random?: () => number;
}

/** Checks take no time, so that a page may be large. */
const checkPage = 500;
/** Interactions taken on for each call that a model may have under way: enough to keep it busy. */
const pagePerCall = 4;
/** A conversation may be half a megabyte. */
const conversationPage = 64;
/** The store is asked for conversations so many times within the time that they rest. */
const looksPerRest = 90;

/**
 * Answers for every interaction and evaluator with exactly one line in the ledger, from the queue
 * that the store is. Lanes run beside each other: one for the checks, and for each model one for
 * interactions and one for conversations.
 * @throws CalibrantError CONFIG_INVALID when the evaluators or their rubrics have faults
 */
export function startEvaluation(options: EvaluateOptions): WakefulWorker {
  const { ledger, cursors, config, logger, clock, replica = onlyReplica } = options;
  const metrics = createEvaluateMetrics(options.meter);
  const budget = createBudget({
    ledger,
    clock,
    limits: config.budget,
    panelShare: config.panel_share,
    replicas: replica.count,
  });
  const assignments = createEvaluators({
    ...options,
    budget,
    onWarning: (message) => logger.warn(message),
    onCall: metrics.called,
    onCircuit: (model, state, reason) => {
      metrics.circuit(model, state);
      if (state === "open") logger.warn({ model, err: reason }, "calls to a model are kept back");
    },
  });
  const decide = createDecide(clock);
  const laneOf = byLane(assignments);
  const progress = createProgress(cursors, clock, [...laneOf.keys()], replica);

  const lanes = [...laneOf].map(([name, members]) =>
    createLane({
      name,
      assignments: members,
      ...queueOf(members, options),
      decide,
      progress,
      clock,
      logger,
      pageSize: pageSizeOf(name, members, config),
      mostOpen: mostOpenOf(name, members, config),
      flushInterval: config.poll,
      reread: config.reread,
      onWritten: (lines) => {
        budget.written(lines);
        metrics.written(lines);
      },
    }),
  );
  const hideLag = metrics.showLag(lanes);
  const wakes: (() => void)[] = [];
  const workers: Worker[] = lanes.map((lane) => {
    const members = laneOf.get(lane.name) ?? [];
    const worker = start(lane, members, options);
    // What is written now rests before it is judged as a conversation.
    if (!ofConversations(members)) wakes.push(lane.wake, worker.wake);
    return worker;
  });
  const cascades = assignments.flatMap(({ evaluator }) => evaluator.certified ?? []);
  if (options.certificates !== undefined && cascades.length > 0) {
    const { certificates } = options;
    workers.push(startDefineCascades({ cascades, certificates, clock, logger }));
  }
  if (options.canaries !== undefined && config.canaries.enabled) {
    const goldSets = loadGoldSets(config, rubricsOfJudges(config, loadRubrics(config.rubrics)), []);
    workers.push(
      ...startCanaries({
        assignments,
        goldSets,
        store: options.canaries,
        ledger,
        config: config.canaries,
        clock,
        logger,
        onWritten: (lines) => {
          budget.written(lines);
          metrics.tried(lines);
        },
      }),
    );
  }

  return {
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
      hideLag();
      await finish(lanes, logger);
      await Promise.all(assignments.map(async ({ evaluator }) => await evaluator.close?.()));
      await progress.save().catch((error: unknown) => {
        logger.warn({ err: error }, "the place of the evaluators was not saved");
      });
    },
    wake: () => {
      for (const wake of wakes) wake();
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

/** Where a lane finds what its evaluators have not answered for. */
function queueOf(
  members: readonly Assignment[],
  { ledger, conversations, config }: EvaluateOptions,
): { readonly ledger: EvaluationLedger; readonly rest: number } {
  if (!ofConversations(members)) return { ledger, rest: 0 };
  const rest = config.conversation_idle;
  const pending: EvaluationLedger["pending"] = (evaluators, since, limit) =>
    conversations.pending(evaluators, since, limit, rest);
  return { ledger: { ...ledger, pending }, rest };
}

function ofConversations(members: readonly Assignment[]): boolean {
  return members.some(({ evaluator }) => evaluator.subject === "conversation");
}

function start(
  lane: Lane,
  assignments: readonly Assignment[],
  { clock, logger, config }: EvaluateOptions,
): WakefulWorker {
  return startWorker({
    name: `evaluate ${lane.name}`,
    clock,
    logger,
    idleDelay: ofConversations(assignments)
      ? Math.max(config.poll, config.conversation_idle / looksPerRest)
      : config.poll,
    round: async (signal) => {
      // One listener for each call under way.
      setMaxListeners(0, signal);
      for (const { evaluator, sampler } of assignments) {
        await evaluator.open?.();
        await sampler.open();
      }
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

function pageSizeOf(lane: string, members: readonly Assignment[], config: EvaluateConfig): number {
  if (lane === codeLane || lane.startsWith("module ")) return checkPage;
  const own = modelOf(lane, config);
  if (ofBatches(members)) return ofConversations(members) ? conversationPage : checkPage;
  const models = own === undefined ? Object.values(config.models) : [own];
  const concurrency = Math.max(1, ...models.map((model) => model.concurrency));
  const page = Math.max(16, concurrency * pagePerCall);
  return ofConversations(members) ? Math.min(page, conversationPage) : page;
}

function ofBatches(members: readonly Assignment[]): boolean {
  return members.some(({ evaluator }) => evaluator.batches !== undefined);
}

/** Answers of batches come hours later: meanwhile the next ones are asked. */
function mostOpenOf(
  lane: string,
  members: readonly Assignment[],
  config: EvaluateConfig,
): number | undefined {
  return ofBatches(members) ? modelOf(lane, config)?.batch.open : undefined;
}

/** Names of lanes end with that of their model. */
function modelOf(lane: string, config: EvaluateConfig): ModelConfig | undefined {
  return config.models[lane.slice(lane.indexOf(" ") + 1)];
}
