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
import { createEvaluationLedger } from "#processor/store/evaluation-ledger.js";
import { pendingInteraction } from "../support/pending-interaction.js";
import { startTestStore } from "../support/store.js";
import { median } from "./decode-speed.js";
import { startJudge } from "./judge-process.js";
import { generator, prose } from "./prose.js";
import { storeInteractions } from "./stored-interactions.js";

export interface JudgeSpeed {
  /** Where the interactions come from and the verdicts go. */
  readonly ledger: "memory" | "store";
  /** Milliseconds that the model takes for an answer. */
  readonly latency: number;
  /** Calls that may be under way at the same time. */
  readonly inFlight: number;
  readonly verdicts: number;
  /** From the start to the last line in the ledger. */
  readonly verdictsPerSecond: number;
  /** CPU of this process, which holds all but the model and the store; the start included. */
  readonly verdictsPerCpuSecond: number;
}

const rounds = 5;
const judgeAlone = "relevance";
/** The checks and the other judge would only make the figure look better. */
const relevanceAlone = Object.fromEntries(
  ["empty-answer", "refusal", "repetition", "tool-call-validity", "groundedness"].map((name) => [
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
  return await measureWith("memory", latency, inFlight, verdicts, async (warmUp) => {
    return countingLedger(warmUp ? inFlight * 4 : verdicts);
  });
}

/** The same from an embedded store in which the interactions lie, to its ledger. */
export async function measureJudgesOnStore(
  latency: number,
  inFlight: number,
  verdicts: number,
): Promise<JudgeSpeed> {
  const store = await startTestStore();
  try {
    await storeInteractions(store, verdicts);
    return await measureWith("store", latency, inFlight, verdicts, async () => {
      await store.client.command("TRUNCATE TABLE calibrant.evaluations");
      return watched(createEvaluationLedger(store.client), verdicts);
    });
  } finally {
    await store.stop();
  }
}

interface Run {
  readonly ledger: EvaluationLedger;
  /** Resolves when all verdicts are in the ledger. */
  readonly full: Promise<void>;
}

async function measureWith(
  ledger: JudgeSpeed["ledger"],
  latency: number,
  inFlight: number,
  verdicts: number,
  prepare: (warmUp: boolean) => Promise<Run>,
): Promise<JudgeSpeed> {
  const judge = await startJudge(latency);
  try {
    const runs: { perSecond: number; perCpuSecond: number }[] = [];
    for (let round = -1; round < (latency === 0 ? rounds : 1); round++) {
      // The first run only warms up.
      const run = await prepare(round < 0);
      const speed = await measureRun(run, judge.url, inFlight, verdicts);
      if (round >= 0) runs.push(speed);
    }
    return {
      ledger,
      latency,
      inFlight,
      verdicts,
      verdictsPerSecond: median(runs.map(({ perSecond }) => perSecond)),
      verdictsPerCpuSecond: median(runs.map(({ perCpuSecond }) => perCpuSecond)),
    };
  } finally {
    judge.stop();
  }
}

async function measureRun(
  { ledger, full }: Run,
  url: string,
  inFlight: number,
  verdicts: number,
): Promise<{ perSecond: number; perCpuSecond: number }> {
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
function countingLedger(verdicts: number): Run {
  const waiting = new Map(
    interactions(verdicts).map((one) => [one.interaction.interaction_id, one]),
  );
  return watched(
    {
      pending: async (_evaluators, _since, limit) => ({
        pending: [...waiting.values()].slice(0, limit),
        storeTime: Date.now(),
      }),
      append: async (lines) => {
        for (const { interaction_id } of lines) waiting.delete(interaction_id);
      },
      usage: async () => [],
    },
    verdicts,
  );
}

/** Watches the verdicts of the judge on their way to the ledger. */
function watched(ledger: EvaluationLedger, verdicts: number): Run {
  let done: () => void;
  let fail: (error: Error) => void;
  const full = new Promise<void>((resolve, reject) => {
    done = resolve;
    fail = reject;
  });
  let written = 0;
  const append: EvaluationLedger["append"] = async (lines) => {
    for (const { evaluator, outcome, reason } of lines) {
      if (evaluator !== judgeAlone) fail(new Error(`there is an evaluator ${evaluator}`));
      if (outcome !== "scored") fail(new Error(`an interaction was ${outcome}: ${reason}`));
    }
    await ledger.append(lines);
    written += lines.length;
    if (written >= verdicts) done();
  };
  return { ledger: { ...ledger, append }, full };
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
    return { interaction, missing: [judgeAlone], revisedAt: 1_750_000_000_000 + index };
  });
}
