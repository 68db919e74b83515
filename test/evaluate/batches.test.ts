import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { evaluateConfig } from "#processor/evaluate/evaluate-config.js";
import { evaluatorFaults } from "#processor/evaluate/faults/evaluator-faults.js";
import { CalibrantError } from "#processor/kernel/errors.js";
import type { Evaluation } from "#processor/model/evaluation.js";
import type { JudgeBatchStore } from "#processor/model/ports.js";
import { createLogger } from "#processor/kernel/logger.js";
import { createJudgeBatchStore } from "#processor/store/judge-batches.js";
import { says, startBatchServer, type BatchServer } from "../support/batch-server.js";
import { evaluationBench, filled, modelAt, queued, tally } from "../support/evaluation.js";
import { memoryLedger, type MemoryLedger } from "../support/memory-ledger.js";
import { startTestStore, type TestStore } from "../support/store.js";
import { until } from "../support/until.js";

let store: TestStore;
let batches: JudgeBatchStore;
let server: BatchServer;
const bench = evaluationBench();
const off = { enabled: false };
const checksOff = { "empty-answer": off, refusal: off, repetition: off };

beforeAll(async () => {
  store = await startTestStore();
  batches = createJudgeBatchStore(store.client);
});
beforeEach(async () => {
  await store.client.command("TRUNCATE TABLE calibrant.judge_batches");
  server = await startBatchServer();
  bench.cleanUp(() => server.close());
});
afterEach(() => bench.end());
afterAll(() => store.stop());

/** The judge of relevance waits for batches. */
function start(ledger: MemoryLedger, changes: Changes = {}) {
  const batch = { wait: 50, poll: 20, ...changes.batch };
  const model = modelAt(server.url, { api_key: "sk-batch", batch });
  const judges = { relevance: { batch: true }, groundedness: off, ...changes.evaluators };
  const config = { ...model, evaluators: { ...checksOff, ...judges }, ...changes.config };
  return bench.start(ledger, config, { batches: changes.batches ?? batches });
}

const sample = (share: number) => ({ relevance: { batch: true, sample: share } });

interface Changes {
  readonly batch?: object;
  readonly evaluators?: object;
  readonly config?: object;
  readonly batches?: JudgeBatchStore;
}

const calls = (path: string): number => server.requests.filter((one) => one === path).length;
const asked = (): number => server.batches.flatMap(({ questions }) => questions).length;
const costs = (lines: readonly Evaluation[]): (number | null)[] =>
  lines.map(({ cost_usd }) => cost_usd).toSorted((a, b) => Number(a) - Number(b));

describe("judges that wait for batches", () => {
  it("ask the first question by a call and the others in one batch, at half of the price", async () => {
    server.status = "completed";
    const ledger = memoryLedger(queued(9));
    start(ledger);
    await filled(ledger, 9);
    expect(tally(ledger.lines)).toEqual({ lines: 9, pairs: 9 });
    expect(ledger.lines.map(({ outcome }) => outcome)).toEqual(Array(9).fill("scored"));
    const [questions] = server.batches.map((batch) => batch.questions);
    expect(questions?.length).toBe(8);
    expect(new Set(questions?.map(({ custom_id }) => custom_id)).size).toBe(8);
    expect(questions?.[0]?.url).toBe("/v1/chat/completions");
    expect(costs(ledger.lines).at(-1)).toBeGreaterThan(1.5 * Number(costs(ledger.lines)[0]));
    expect(costs(ledger.lines)[0]).toBeCloseTo(0.001, 6);
    expect(calls("POST /v1/chat/completions")).toBe(1);
    expect(server.keys).toEqual(new Set(["Bearer sk-batch"]));
  });

  it("ask several judges in one question, and begin a batch when one is full", async () => {
    server.status = "completed";
    const ledger = memoryLedger(queued(7));
    const completeness = { batch: true };
    start(ledger, { evaluators: { completeness }, batch: { requests: 3, wait: 1_000 } });
    await filled(ledger, 14);
    expect(tally(ledger.lines)).toEqual({ lines: 14, pairs: 14 });
    expect(asked()).toBe(6);
    expect(Math.max(...server.batches.map(({ questions }) => questions.length))).toBe(3);
  });

  it("find their answers again after a stop, as they were drawn, and pay nothing twice", async () => {
    const ledger = memoryLedger(queued(40));
    const first = start(ledger, { evaluators: sample(0.5) });
    await until("a batch", async () => (await savedNames()).includes("batch-0"));
    await first.stop();
    const unanswered = server.batches[0]?.questions.length ?? 0;
    expect(unanswered).toBeGreaterThan(1);

    server.status = "completed";
    start(ledger, { evaluators: sample(0.01) });
    await filled(ledger, 40);
    const scored = ledger.lines.filter(({ outcome }) => outcome === "scored");
    expect(tally(ledger.lines)).toEqual({ lines: 40, pairs: 40 });
    expect(server.batches.length).toBe(1);
    expect(scored.length).toBe(unanswered + 1);
    expect(scored.map(({ probability }) => probability)).toEqual(Array(scored.length).fill(0.5));
  });

  it("find a batch that began in the moment before a crash", async () => {
    const ledger = memoryLedger(queued(5));
    const cut: JudgeBatchStore = {
      ...batches,
      // What would have said that it has begun is never written.
      save: async (batch) => {
        if (batch.batch_id !== "") {
          throw new CalibrantError("STORE_UNAVAILABLE", "no store", { retryable: true });
        }
        await batches.save(batch);
      },
    };
    const crashed = start(ledger, { batches: cut });
    await until("a batch", () => server.batches.length === 1);
    await crashed.stop();

    server.status = "completed";
    start(ledger);
    await filled(ledger, 5);
    expect(server.batches.length).toBe(1);
    expect(asked()).toBe(4);
  });

  it("are asked anew when the crash came before the batch began", async () => {
    const ledger = memoryLedger(queued(5));
    // Neither begins it nor answers.
    server.intercept = (request) => request === "POST /v1/batches";
    const crashed = start(ledger);
    await until("the call", () => calls("POST /v1/batches") === 1);
    await crashed.stop();
    expect(await savedNames()).toEqual([""]);

    server.intercept = () => false;
    server.status = "completed";
    start(ledger);
    await filled(ledger, 5);
    expect(tally(ledger.lines)).toEqual({ lines: 5, pairs: 5 });
    expect(server.batches.length).toBe(1);
  });

  it("read their answers again when the lines of the first time were not written", async () => {
    server.status = "completed";
    const ledger = memoryLedger(queued(5));
    let refused = 0;
    ledger.fault = (_moment, lines) => {
      refused += lines.length;
      throw new CalibrantError("STORE_UNAVAILABLE", "no store", { retryable: true });
    };
    const crashed = start(ledger);
    await until("answers", () => refused > 0 && calls("GET /v1/files/output-batch-0/content") > 0);
    await crashed.stop();

    ledger.fault = undefined;
    start(ledger);
    await filled(ledger, 5);
    expect(tally(ledger.lines)).toEqual({ lines: 5, pairs: 5 });
    expect(asked()).toBe(4);
  });

  it("do not begin a batch again when only its answer was lost", async () => {
    server.status = "completed";
    let lost = false;
    server.begun = () => {
      const answers = lost;
      lost = true;
      return answers;
    };
    const ledger = memoryLedger(queued(5));
    start(ledger);
    await filled(ledger, 5);
    expect(server.batches.length).toBe(1);
    expect(ledger.lines.every(({ outcome }) => outcome === "scored")).toBe(true);
  });

  it("fail with the reason for what stands in the file of failures, in none, or is garbage", async () => {
    server.status = "completed";
    const error = { message: "this is too long", type: "invalid_request_error" };
    server.fate = (question, index) => {
      if (index === 0) return { response: { status_code: 400, body: { error } }, error: {} };
      if (index === 1) return null;
      if (index === 2) return says("purple")(question, index);
      return says("relevant")(question, index);
    };
    const ledger = memoryLedger(queued(6));
    start(ledger);
    await filled(ledger, 6);
    const reasons = ledger.lines.map(({ reason }) => reason).filter((reason) => reason !== "");
    expect(reasons.toSorted().map((reason) => reason.slice(0, 60))).toEqual([
      expect.stringContaining("JUDGE_INVALID_OUTPUT: the verdict"),
      "JUDGE_REFUSED: in a batch: 400 this is too long",
      expect.stringContaining("JUDGE_UNAVAILABLE: the batch is completed and has no answer"),
    ]);
  });

  it.each([
    ["expired", "JUDGE_UNAVAILABLE: in a batch: batch_expired: not in time"],
    ["failed", "JUDGE_REFUSED: the batch is failed and has no answer to this too many tokens"],
  ] as const)(
    "keep what a batch that is %s has answered, and fail for the rest",
    async (status, reason) => {
      server.status = status;
      const error = { code: "batch_expired", message: "not in time" };
      server.fate = (question, index) =>
        index < 2 ? says("relevant")(question, index) : { error };
      const ledger = memoryLedger(queued(5));
      start(ledger);
      await filled(ledger, 5);
      const failed = ledger.lines.filter(({ outcome }) => outcome === "failed");
      expect(failed.length).toBe(status === "expired" ? 2 : 4);
      for (const line of failed) expect(line.reason).toContain(reason);
    },
  );

  it("ask by calls, and say so, where the server has no batch API", async () => {
    server.intercept = (request, response) => {
      if (request !== "POST /v1/files") return false;
      response.writeHead(404).end();
      return true;
    };
    const said: string[] = [];
    const ledger = memoryLedger(queued(6));
    const warn = (...words: unknown[]): void => void said.push(words.join(" "));
    const logger = Object.assign(createLogger("silent"), { warn });
    bench.start(
      ledger,
      {
        ...modelAt(server.url, { batch: { wait: 50 } }),
        evaluators: { ...checksOff, relevance: { batch: true }, groundedness: off },
      },
      { batches, logger },
    );
    await filled(ledger, 6);
    expect(calls("POST /v1/chat/completions")).toBe(6);
    expect(said.join("")).toContain("has no batch API");
    expect(ledger.lines.every(({ outcome }) => outcome === "scored")).toBe(true);
  });

  it("wait out a server that fails, and follow no redirect", async () => {
    server.status = "completed";
    let failures = 0;
    server.intercept = (_request, response) => {
      if (_request !== "POST /v1/files" || failures++ > 0) return false;
      response.writeHead(503, { "retry-after-ms": "1" }).end();
      return true;
    };
    const ledger = memoryLedger(queued(3));
    start(ledger);
    await filled(ledger, 3);
    expect(failures).toBe(2);
    server.intercept = (request, response) => {
      if (!request.endsWith("/content")) return false;
      response.writeHead(307, { location: "http://127.0.0.1:1/" }).end();
      return true;
    };
    ledger.queue.push(
      ...queued(2, (index) => ({ trace_id: `${index}`.padStart(32, "f") }), Date.now()),
    );
    await filled(ledger, 5);
    expect(ledger.lines.at(-1)?.reason).toContain(
      "JUDGE_REFUSED: the model server answered with a redirect",
    );
  });

  it("are refused with a cascade, with samples, and for a check", () => {
    const cascade = { models: ["default", "default"], certificate: "none.json" };
    const config = evaluateConfig.parse({
      evaluators: {
        relevance: { batch: true, samples: 3 },
        groundedness: { batch: true, cascade },
        refusal: { batch: true },
      },
    });
    const faults = evaluatorFaults(config).filter(({ path }) => path.endsWith(".batch"));
    expect(faults.map(({ message }) => message)).toEqual([
      expect.stringContaining("samples cannot wait for batches"),
      expect.stringContaining("a cascade cannot wait for batches"),
      expect.stringContaining("it belongs to a judge"),
    ]);
  });
});

async function savedNames(): Promise<string[]> {
  const saved = await batches.read("default", new URL(server.url).origin, 0);
  return saved.map(({ batch_id }) => batch_id);
}
