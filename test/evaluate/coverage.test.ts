import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { createCursorStore } from "#processor/store/cursors.js";
import { createEvaluationLedger } from "#processor/store/evaluation-ledger.js";
import { readCoverage } from "#processor/store/evaluator-coverage.js";
import { evaluationBench, modelAt } from "../support/evaluation.js";
import { steps } from "../support/scripted-model.js";
import { startTestStore, type TestStore } from "../support/store.js";
import { storedInteraction } from "../support/stored-interaction.js";
import { until } from "../support/until.js";

let store: TestStore;
const bench = evaluationBench();
beforeAll(async () => {
  store = await startTestStore();
});
afterEach(() => bench.end());
afterAll(() => store.stop());

interface Coverage {
  readonly evaluator: string;
  readonly interactions: number;
  readonly eligible: number;
  readonly scored: number;
  readonly lacking: number;
  readonly waiting: number;
  readonly parts: number;
}

async function coverage(): Promise<ReadonlyMap<string, Coverage>> {
  const rows = await store.client.query<Coverage>(
    `SELECT evaluator,
       toUInt32(sum(c.interactions)) AS interactions, toUInt32(sum(c.eligible)) AS eligible,
       toUInt32(sum(c.scored)) AS scored,
       toUInt32(sum(c.lacking)) AS lacking, toUInt32(sum(c.waiting)) AS waiting,
       toUInt32(sum(c.scored + c.failed + c.sampled_out + c.over_budget + c.skipped
         + c.not_eligible + c.lacking + c.waiting)) AS parts
     FROM calibrant.v_evaluator_coverage AS c GROUP BY evaluator`,
  );
  return new Map(rows.map((row) => [row.evaluator, row]));
}

const lines = async (evaluator: string): Promise<number> => {
  const [row] = await store.client.query<{ count: string }>(
    "SELECT count() AS count FROM calibrant.evaluations WHERE evaluator = {evaluator:String}",
    { evaluator },
  );
  return Number(row?.count);
};

async function addInteractions(from: number, to: number): Promise<void> {
  const rows = Array.from({ length: to - from }, (_, index) => storedInteraction(from + index));
  await store.client.insert("calibrant.interactions", rows);
}

it("counts each interaction once for each evaluator, through stops, changes and doubled lines", async () => {
  const model = await bench.model(steps.verdict("relevant"));
  const ledger = createEvaluationLedger(store.client);
  const cursors = createCursorStore(store.client);
  const before = { ...modelAt(model.url), budget: { daily_usd: 0.05 } };
  await addInteractions(0, 60);
  for (const wanted of [5, 60]) {
    const worker = bench.start(ledger, before, { cursors });
    await until(`${wanted} lines`, async () => (await lines("relevance")) >= wanted, 60_000);
    await worker.stop();
  }
  // A new evaluator, one that is gone, and one of another version.
  const after = {
    ...modelAt(model.url, { temperature: 0.5 }),
    budget: { daily_usd: 0.05 },
    evaluators: { groundedness: { enabled: false }, again: { rubric: "relevance" } },
  };
  await addInteractions(60, 100);
  const worker = bench.start(ledger, after, { cursors });
  await until("the new lines", async () => (await lines("relevance")) >= 100, 60_000);
  await until("the lines of the new one", async () => (await lines("again")) >= 40, 60_000);
  await until("the lines of the checks", async () => (await lines("refusal")) >= 100, 60_000);
  await worker.stop();
  await store.client.command(
    `INSERT INTO calibrant.evaluations
     SELECT * REPLACE (evaluated_at + 1 AS evaluated_at) FROM calibrant.evaluations
     WHERE evaluator = 'relevance'`,
  );

  const found = await coverage();
  for (const { interactions, parts } of found.values()) expect(parts).toBe(interactions);
  expect(found.get("relevance")).toMatchObject({ interactions: 100, eligible: 100, lacking: 0 });
  expect(found.get("refusal")).toMatchObject({ interactions: 100, scored: 100, waiting: 0 });
  expect(found.get("groundedness")).toMatchObject({ eligible: 60, lacking: 0, waiting: 40 });
  expect(found.get("again")).toMatchObject({ lacking: 0, waiting: 0 });
  expect(found.get("again")?.eligible).toBeGreaterThanOrEqual(40);
  const read = await readCoverage(store.client, 0);
  for (const row of read) {
    const { eligible, scored } = found.get(row.evaluator) ?? {};
    expect(row).toMatchObject({ eligible, scored });
  }
}, 180_000);
