import { createNoopMeter } from "@opentelemetry/api";
import { startEvaluation, type EvaluateOptions } from "#processor/evaluate/evaluate.js";
import { evaluateConfig } from "#processor/evaluate/evaluate-config.js";
import { systemClock } from "#processor/kernel/clock.js";
import { createLogger } from "#processor/kernel/logger.js";
import type { WakefulWorker } from "#processor/kernel/worker.js";
import type { Evaluation } from "#processor/model/evaluation.js";
import type { EvaluationLedger, PendingInteraction } from "#processor/model/ports.js";
import {
  memoryConversations,
  memoryCursors,
  type MemoryLedger,
  type QueuedInteraction,
} from "./memory-ledger.js";
import { pendingInteraction } from "./pending-interaction.js";
import { startScriptedModel, type ScriptedModel, type Step } from "./scripted-model.js";
import { until } from "./until.js";

/** Evaluations and models of one test, ended with it. */
export interface EvaluationBench {
  start(ledger: EvaluationLedger, config?: object, more?: Partial<EvaluateOptions>): WakefulWorker;
  model(...script: [Step, ...Step[]]): Promise<ScriptedModel>;
  /** Runs after the test, before what was added earlier. */
  cleanUp(work: () => Promise<void>): void;
  end(): Promise<void>;
}

export function evaluationBench(): EvaluationBench {
  const cleanups: (() => Promise<void>)[] = [];
  return {
    start: (ledger, config = {}, more = {}) => {
      const worker = startEvaluation({
        ledger,
        conversations: memoryConversations(),
        cursors: memoryCursors(),
        // The interactions of most tests are the same apart from their names.
        config: evaluateConfig.parse({
          poll: 5,
          cache: { entries: 0 },
          ...withFewEvaluators(config),
        }),
        meter: createNoopMeter(),
        logger: createLogger("silent"),
        clock: systemClock,
        ...more,
      });
      cleanups.push(() => worker.stop());
      return worker;
    },
    model: async (...script) => {
      const model = await startScriptedModel(...script);
      cleanups.push(() => model.close());
      return model;
    },
    cleanUp: (work) => void cleanups.push(work),
    end: async () => {
      for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
    },
  };
}

/** Three checks and two judges, and what the test adds: enough to tell the ways through the ledger. */
function withFewEvaluators(config: { readonly evaluators?: object }): object {
  const others = { "tool-call-validity": { enabled: false } };
  return { ...config, evaluators: { ...others, ...config.evaluators } };
}

/** Configuration with one model whose every verdict costs $0.002. */
export function modelAt(url: string, more: object = {}): object {
  const price = { input: 1, output: 10 };
  return { models: { default: { base_url: url, retries: 0, timeout: 2_000, price, ...more } } };
}

/** Interactions of different traces and sessions, a second apart from `first` on. */
export function queued(
  count: number,
  changes: (index: number) => Partial<PendingInteraction> = () => ({}),
  first = 1_750_000_000_000,
): QueuedInteraction[] {
  return Array.from({ length: count }, (_, index) => ({
    interaction: pendingInteraction({
      trace_id: index.toString(16).padStart(32, "0"),
      session_id: `s${index}`,
      ...changes(index),
    }),
    revisedAt: first + index * 1_000,
  }));
}

export async function filled(ledger: MemoryLedger, lines: number): Promise<void> {
  await until(`${lines} lines`, () => ledger.lines.length >= lines);
}

/** Lines, and pairs of interaction and evaluator among them: the same number when each is there once. */
export function tally(lines: readonly Evaluation[]): { lines: number; pairs: number } {
  const pairs = lines.map(({ interaction_id, evaluator }) => `${interaction_id} ${evaluator}`);
  return { lines: lines.length, pairs: new Set(pairs).size };
}
