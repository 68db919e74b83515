import { afterAll, beforeAll, expect, it } from "vitest";
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
afterAll(() => store.stop());

/** A judged answer of so many characters. */
function judged(index: number, characters: number, changes: Partial<Evaluation>) {
  const interaction_id = `turn-${index}`;
  const interaction = { ...turn, interaction_id, output_text: "x".repeat(characters) };
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

it("shows failures, latency and the slope over the length of the answer, as least squares has it", async () => {
  const rows = [
    judged(0, 2, { score: 0 }),
    judged(1, 4, { score: 0.5 }),
    judged(2, 8, { score: 0.5 }),
    judged(3, 16, { score: 1 }),
    judged(4, 16, { outcome: "failed", score: null, reason: "JUDGE_UNAVAILABLE: gone" }),
    judged(5, 1_024, { kind: "canary", score: 1 }),
  ];
  await insertSamples(store.client, {
    interactions: rows.map(({ interaction }) => interaction),
    evaluations: rows.map(({ evaluation }) => evaluation),
  });
  const health = await store.client.query<Record<string, unknown>>(
    "SELECT * FROM calibrant.v_judge_health",
    {},
  );
  expect(health).toHaveLength(1);
  // log2 of the lengths is 1, 2, 3, 4: slope 0.3, residual sum of squares 0.05, SE sqrt(0.05 / 2 / 5).
  expect(health[0]).toMatchObject({
    evaluator: "relevance",
    model: "small",
    scored: "4",
    failed: "1",
    failure_share: 0.2,
    mean_score: 0.5,
    length_slope: expect.closeTo(0.3, 9) as number,
    length_slope_se: expect.closeTo(Math.sqrt(0.05 / 2 / 5), 9) as number,
  });
});
