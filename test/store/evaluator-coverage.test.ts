import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { createEvaluationLedger } from "#processor/store/evaluation-ledger.js";
import { ledgerLine } from "../support/ledger-line.js";
import { startTestStore, type TestStore } from "../support/store.js";
import { storedInteraction } from "../support/stored-interaction.js";

const hour = 3_600_000;
const page = readFileSync(new URL("../../docs/budgets.md", import.meta.url), "utf8");
const bounded = /```sql\n(.*?)```/s.exec(page)?.[1] ?? "";
const now = Date.now();

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore();
});
beforeEach(async () => {
  await store.client.command("TRUNCATE TABLE calibrant.interactions");
  await store.client.command("TRUNCATE TABLE calibrant.evaluations");
});
afterAll(() => store.stop());

/** One interaction for each of those hours before now, and which evaluators answered for it at once. */
async function traffic(hours: readonly (readonly [ago: number, evaluators: readonly string[]])[]) {
  const times = hours.map(([ago]) => now - ago * hour);
  await store.client.insert(
    "calibrant.interactions",
    times.map((at, index) => storedInteraction(index, { started_at: at, revisedAt: at })),
  );
  const lines = hours.flatMap(([, evaluators], index) =>
    evaluators.map((evaluator) =>
      ledgerLine(index, { evaluator, evaluated_at: (times[index] ?? 0) + 1_000 }),
    ),
  );
  await createEvaluationLedger(store.client).append(lines);
}

const waiting = async () =>
  Object.fromEntries(
    (
      await store.client.query<{ evaluator: string; waiting: string }>(
        `SELECT evaluator, sum(v.waiting) AS waiting
         FROM calibrant.v_evaluator_coverage AS v GROUP BY evaluator`,
      )
    ).map((row) => [row.evaluator, Number(row.waiting)]),
  );

it("has nothing wait for an evaluator that the others have gone on without", async () => {
  const both = ["refusal", "renamed"];
  await traffic([
    [100, both],
    [73, ["refusal"]],
    [30, ["refusal"]],
    [1, ["refusal"]],
  ]);
  expect(await waiting()).toEqual({ refusal: 0, renamed: 0 });
});

it("has interactions wait for one that lags, after days without traffic too", async () => {
  const both = ["refusal", "relevance"];
  await traffic([
    [101, both],
    [100, ["refusal"]],
    [3, ["refusal"]],
    [1, ["refusal"]],
    [0.5, []],
  ]);
  expect(await waiting()).toEqual({ refusal: 1, relevance: 4 });
});

it("is bounded in time as docs/budgets.md says", async () => {
  await traffic([
    [24 * 20, ["refusal"]],
    [2, ["refusal"]],
    [1, []],
  ]);
  const all = await store.client.query("SELECT day FROM calibrant.v_evaluator_coverage");
  const counted = await store.client.query<{ interactions: string; scored: string }>(bounded);
  const sum = (name: "interactions" | "scored") =>
    counted.reduce((total, row) => total + Number(row[name]), 0);
  expect([sum("interactions"), sum("scored")]).toEqual([2, 1]);
  expect(all.length).toBe(counted.length + 1);
});
