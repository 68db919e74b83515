import { fork } from "node:child_process";
import { once } from "node:events";
import { createNoopMeter } from "@opentelemetry/api";
import { evaluateConfig } from "#processor/evaluate/evaluate-config.js";
import { startEvaluation } from "#processor/evaluate/evaluate.js";
import { systemClock } from "#processor/kernel/clock.js";
import { createLogger } from "#processor/kernel/logger.js";
import type {
  ConversationQueue,
  CursorStore,
  EvaluationLedger,
  PendingEvaluations,
} from "#processor/model/ports.js";
import { pendingInteraction } from "../support/pending-interaction.js";
import { median } from "./decode-speed.js";
import { generator, prose } from "./prose.js";

export interface JudgeSpeed {
  /** Milliseconds that the model takes for an answer. */
  readonly latency: number;
  /** Calls that may be under way at the same time. */
  readonly inFlight: number;
  readonly verdicts: number;
  /** From the start to the last line in the ledger. */
  readonly verdictsPerSecond: number;
  /** CPU of this process, which holds everything but the model; the start included. */
  readonly verdictsPerCpuSecond: number;
}

const rounds = 5;
/** The checks and the other judge would only make the figure look better. */
const relevanceAlone = Object.fromEntries(
  ["empty-answer", "refusal", "repetition", "groundedness"].map((name) => [
    name,
    { enabled: false },
  ]),
);

/**
 * One judge over interactions of 4 KB that all differ, one call for each, with the real `openai`
 * client over real HTTP; medians of several runs.
 */
export async function measureJudges(
  latency: number,
  inFlight: number,
  verdicts: number,
): Promise<JudgeSpeed> {
  const server = fork(new URL("judge-server.js", import.meta.url), [String(latency)], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  try {
    const [port] = (await once(server.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
    const url = `http://127.0.0.1:${String(port).trim()}/v1`;
    const runs: { perSecond: number; perCpuSecond: number }[] = [];
    for (let round = -1; round < (latency === 0 ? rounds : 1); round++) {
      // The first run only warms up.
      const run = await measureRun(url, inFlight, round < 0 ? inFlight * 4 : verdicts);
      if (round >= 0) runs.push(run);
    }
    return {
      latency,
      inFlight,
      verdicts,
      verdictsPerSecond: median(runs.map(({ perSecond }) => perSecond)),
      verdictsPerCpuSecond: median(runs.map(({ perCpuSecond }) => perCpuSecond)),
    };
  } finally {
    server.disconnect();
  }
}

async function measureRun(
  url: string,
  inFlight: number,
  verdicts: number,
): Promise<{ perSecond: number; perCpuSecond: number }> {
  const { ledger, full } = countingLedger(verdicts);
  const price = { input: 1, output: 10 };
  const begun = performance.now();
  const cpuBefore = process.cpuUsage();
  const worker = startEvaluation({
    ledger,
    conversations: noConversations,
    cursors: noCursors,
    config: evaluateConfig.parse({
      models: { default: { base_url: url, api_key: "sk-bench", price, concurrency: inFlight } },
      evaluators: relevanceAlone,
    }),
    meter: createNoopMeter(),
    logger: createLogger("warn"),
    clock: systemClock,
  });
  try {
    await full;
    const { user, system } = process.cpuUsage(cpuBefore);
    return {
      perSecond: (verdicts * 1_000) / (performance.now() - begun),
      perCpuSecond: (verdicts * 1e6) / (user + system),
    };
  } finally {
    await worker.stop();
  }
}

const noConversations: ConversationQueue = {
  pending: async () => ({ pending: [], storeTime: Date.now() }),
};
const noCursors: CursorStore = {
  read: async () => undefined,
  readAll: async () => new Map(),
  write: async () => undefined,
};

/** A ledger that costs next to nothing: what is measured is the way to the verdict. */
function countingLedger(verdicts: number): { ledger: EvaluationLedger; full: Promise<void> } {
  const waiting = new Map(
    interactions(verdicts).map((one) => [one.interaction.interaction_id, one]),
  );
  let done: () => void;
  let fail: (error: Error) => void;
  const full = new Promise<void>((resolve, reject) => {
    done = resolve;
    fail = reject;
  });
  const ledger: EvaluationLedger = {
    pending: async (_evaluators, _since, limit) => ({
      pending: [...waiting.values()].slice(0, limit),
      storeTime: Date.now(),
    }),
    append: async (lines) => {
      for (const { interaction_id, outcome, reason } of lines) {
        if (outcome !== "scored") fail(new Error(`an interaction was ${outcome}: ${reason}`));
        waiting.delete(interaction_id);
      }
      if (waiting.size === 0) done();
    },
    usage: async () => [],
  };
  return { ledger, full };
}

function interactions(count: number): PendingEvaluations[] {
  const random = generator(count);
  return Array.from({ length: count }, (_, index) => {
    const interaction = pendingInteraction({
      trace_id: index.toString(16).padStart(32, "0"),
      session_id: `s${index}`,
      input_text: prose(400, random),
      output_text: prose(1_600, random),
      system_text: prose(2_000, random),
    });
    return { interaction, missing: ["relevance"], revisedAt: 1_750_000_000_000 + index };
  });
}
