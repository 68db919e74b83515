import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Evaluation } from "#processor/model/evaluation.js";
import type { Interaction } from "#processor/model/interaction.js";
import { sampleInteractions } from "../support/sample-interactions.js";
import { startTestStore, type TestStore } from "../support/store.js";
import { insertSamples } from "../support/store-samples.js";

const samples = sampleInteractions(Date.now());
const [turn] = samples.interactions as [Interaction];
const [line] = samples.evaluations as [Evaluation];
let store: TestStore;

beforeAll(async () => {
  store = await startTestStore();
});
beforeEach(async () => {
  await store.client.command("TRUNCATE TABLE calibrant.interactions");
  await store.client.command("TRUNCATE TABLE calibrant.evaluations");
});
afterAll(() => store.stop());

/** A judged answer of so many characters. */
function judged(index: number, characters: number, changes: Partial<Evaluation>) {
  const interaction_id = `turn-${index}`;
  const session_id = `session ${index}`;
  const interaction = { ...turn, interaction_id, session_id, output_text: "x".repeat(characters) };
  const own = { interaction_id, evaluator: "relevance", evaluator_version: "v1", model: "small" };
  const evaluation: Evaluation = {
    ...line,
    ...own,
    kind: "llm",
    outcome: "scored",
    reason: "",
    score: 1,
    evaluated_at: turn.started_at,
    latency_ms: 100 * (index + 1),
    ...changes,
  };
  return { interaction, evaluation };
}

async function insert(rows: readonly ReturnType<typeof judged>[]): Promise<void> {
  await insertSamples(store.client, {
    interactions: rows.map(({ interaction }) => interaction),
    evaluations: rows.map(({ evaluation }) => evaluation),
  });
}

const read = () =>
  store.client.query<Record<string, unknown>>("SELECT * FROM calibrant.v_judge_health", {});

it("shows failures, latency and the slope over the length of the answer, as least squares has it", async () => {
  await insert([
    judged(0, 2, { score: 0 }),
    judged(1, 4, { score: 0.5 }),
    judged(2, 8, { score: 0.5 }),
    judged(3, 16, { score: 1 }),
    judged(4, 16, { outcome: "failed", score: null, reason: "JUDGE_UNAVAILABLE: gone" }),
    judged(5, 1_024, { kind: "canary", score: 1 }),
  ]);
  const health = await read();
  expect(health).toHaveLength(1);
  // log2 of the lengths is 1, 2, 3, 4: slope 0.3, residuals -0.05, 0.15, -0.15, 0.05, so that the
  // squares of residual times distance from the mean sum up to 0.0225, times 4 / 2 of 4 answers, over 5².
  expect(health[0]).toMatchObject({
    evaluator: "relevance",
    model: "small",
    scored: "4",
    failed: "1",
    failure_share: 0.2,
    mean_score: 0.5,
    length_slope: expect.closeTo(0.3, 9) as number,
    length_slope_se: expect.closeTo(Math.sqrt(0.0225 * 2) / 5, 9) as number,
  });
});

it("weighs scores by 1 / probability, and knows the model whatever failed", async () => {
  // All short answers are judged and bad; of the long ones, which are better, every fifth or tenth.
  const short = [1, 2, 3, 4, 5].map((index) => judged(index, 4, { score: 0 }));
  const failed = { outcome: "failed", score: null, reason: "gone", model: "" } as const;
  await insert([
    judged(0, 4, failed),
    ...short,
    judged(6, 64, { probability: 0.1 }),
    judged(7, 32, { probability: 0.2, score: 0.5 }),
  ]);
  const [health] = await read();
  expect(health).toMatchObject({ model: "small", failed: "1", mean_score: 12.5 / 20 });
  // Weighted: x of 2, 6, 5 with weights 5, 10, 5; y of 0, 1, 0.5.
  const xs = [2, 6, 5];
  const [ys, ws] = [
    [0, 1, 0.5],
    [5, 10, 5],
  ] as const;
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value, index) => sum + value * (ws[index] ?? 0), 0) / 20;
  const spread = mean(xs.map((x) => (x - mean(xs)) ** 2));
  const slope = mean(xs.map((x, index) => (x - mean(xs)) * (ys[index] ?? 0))) / spread;
  expect(health?.["length_slope"]).toBeCloseTo(slope, 9);
});

it("takes turns of one conversation for little more than one answer", async () => {
  const scores = [0, 0.5, 0.5, 1];
  const turns = scores.flatMap((score, index) =>
    [0, 1, 2].map((copy) => {
      const { interaction, evaluation } = judged(index * 3 + copy, 2 ** (index + 1), { score });
      return { interaction: { ...interaction, session_id: `session ${index}` }, evaluation };
    }),
  );
  await insert(turns);
  const [health] = await read();
  expect(health?.["length_slope"]).toBeCloseTo(0.3, 9);
  expect(health?.["length_slope_se"]).toBeCloseTo(Math.sqrt((0.0225 * 12) / 10) / 5, 9);
});
