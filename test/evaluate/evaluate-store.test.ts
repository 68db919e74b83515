import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createCursorStore } from "#processor/store/cursors.js";
import { createEvaluationLedger } from "#processor/store/evaluation-ledger.js";
import { evaluationBench, modelAt } from "../support/evaluation.js";
import { steps, type Step } from "../support/scripted-model.js";
import { startTestStore, type TestStore } from "../support/store.js";
import { storedInteraction } from "../support/stored-interaction.js";
import { until } from "../support/until.js";

let store: TestStore;
const bench = evaluationBench();

beforeAll(async () => {
  store = await startTestStore();
});
beforeEach(async () => {
  for (const table of ["interactions", "evaluations", "cursors"]) {
    await store.client.command(`TRUNCATE TABLE calibrant.${table}`);
  }
});
afterEach(() => bench.end());
afterAll(() => store.stop());

const patience = 120_000;
const interactions = 200;
/** Three checks and two judges. */
const lines = interactions * 5;

async function storeInteractions(from: number, to: number): Promise<void> {
  const rows = Array.from({ length: to - from }, (_, index) => storedInteraction(from + index));
  await store.client.insert("calibrant.interactions", rows);
}

async function ledgerCounts(): Promise<{ lines: number; pairs: number }> {
  const [row] = await store.client.query<{ lines: string; pairs: string }>(
    `SELECT count() AS lines, uniqExact(interaction_id, evaluator) AS pairs
     FROM calibrant.evaluations`,
  );
  return { lines: Number(row?.lines), pairs: Number(row?.pairs) };
}

const reached = (count: number) =>
  until(
    `${count} lines in the store`,
    async () => (await ledgerCounts()).lines >= count,
    patience / 2,
  );

/** Answers late now and then, and now and then not at all. */
function uneven(): Step {
  let requests = 0;
  return (request, response) => {
    const step = ++requests % 11 === 0 ? steps.hangs() : steps.verdict("relevant");
    return step(request, response);
  };
}

describe("evaluation on the embedded store", { timeout: patience }, () => {
  it("answers once for each interaction and evaluator, through stops in the middle", async () => {
    const model = await bench.model(uneven());
    const ledger = createEvaluationLedger(store.client);
    const cursors = createCursorStore(store.client);
    const config = { ...modelAt(model.url, { timeout: 1_000 }), reread: "5s" };
    await storeInteractions(0, 100);
    for (const stop of [1, 200, 350]) {
      const worker = bench.start(ledger, config, { cursors });
      await reached(stop);
      await worker.stop();
    }
    await storeInteractions(100, interactions);
    bench.start(ledger, config, { cursors });
    await reached(lines);
    expect(await ledgerCounts()).toEqual({ lines, pairs: lines });
    const outcomes = await store.client.query(
      `SELECT kind, groupUniqArray(outcome) AS outcomes FROM calibrant.evaluations
       WHERE kind = 'code' GROUP BY kind`,
    );
    expect(outcomes).toEqual([
      { kind: "code", outcomes: expect.arrayContaining(["scored", "skipped"]) },
    ]);
  });

  it("answers once for each, through the death of the store", async () => {
    const model = await bench.model(steps.verdict("relevant"));
    const ledger = createEvaluationLedger(store.client);
    const cursors = createCursorStore(store.client);
    await storeInteractions(0, interactions);
    const worker = bench.start(ledger, modelAt(model.url), { cursors });
    for (const seen of [50, 600]) {
      await reached(seen);
      const { pid } = store.embedded;
      if (pid !== undefined) process.kill(pid, "SIGKILL");
    }
    await reached(lines);
    await until("the worker to be well again", () => worker.failure === undefined);
    expect(await ledgerCounts()).toEqual({ lines, pairs: lines });
  });
});
