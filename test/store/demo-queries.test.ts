import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DemoQueries } from "#processor/model/demo.js";
import { storeTime } from "#processor/store/client.js";
import { createDemoQueries } from "#processor/store/demo-queries.js";
import { startTestStore, type TestStore } from "../support/store.js";

const now = Date.now();
const since = now - 60_000;
const service = "shop-assistant";

let store: TestStore;
let queries: DemoQueries;

beforeAll(async () => {
  store = await startTestStore();
  queries = createDemoQueries(store.client);
});
afterAll(() => store.stop());

function turn(number: number, release: string, feature: string, more: object = {}) {
  const trace_id = String(number).padStart(32, "0");
  return {
    interaction_id: `${trace_id}-00000000000000ff`,
    trace_id,
    span_id: "00000000000000ff",
    service_name: service,
    release,
    feature,
    started_at: storeTime(now - 20_000 + number),
    duration_ms: 500,
    status: "ok",
    cost_usd: 0.001,
    content_hash: "0".repeat(64),
    ...more,
  };
}

interface Line {
  readonly evaluator: string;
  readonly outcome: string;
  readonly score?: number;
  readonly probability?: number;
  /** Milliseconds after the start of the turn. */
  readonly after?: number;
}

function line(number: number, { after = 2_500, ...fields }: Line) {
  const { interaction_id, trace_id } = turn(number, "", "");
  return {
    interaction_id,
    trace_id,
    service_name: service,
    evaluated_at: storeTime(now - 20_000 + number + after),
    evaluator_version: "1",
    kind: fields.evaluator === "empty-answer" ? "code" : "llm",
    probability: 1,
    cost_usd: fields.outcome === "scored" ? 0.01 : null,
    score: null,
    ...fields,
  };
}

function thumb(id: string, number: number, value: number) {
  const { trace_id } = turn(number, "", "");
  const received_at = storeTime(now - 10_000);
  return {
    feedback_id: id,
    received_at,
    occurred_at: received_at,
    trace_id,
    kind: "thumbs",
    value,
  };
}

describe("the demo's queries", () => {
  it("answer on an empty store", async () => {
    expect(await queries.stats(service, since)).toEqual({
      spans: 0,
      interactions: 0,
      errors: 0,
      feedback: 0,
      feedbackJoined: 0,
      evaluators: [],
      cost_usd: null,
      judge_cost_usd: null,
      scoreLag: null,
    });
    expect(await queries.quality(service, since)).toEqual([]);
  });

  it("sum up what a run has brought, newest lines and weights respected", async () => {
    const { client } = store;
    await client.insert("calibrant.interactions", [
      turn(1, "1.4.0", "returns"),
      turn(2, "1.4.0", "returns"),
      turn(3, "1.4.0", "returns", { status: "error", cost_usd: null }),
      turn(4, "1.5.0", "returns"),
      turn(5, "1.5.0", "returns", { service_name: "another" }),
      turn(6, "1.5.0", "returns", { started_at: storeTime(since - 1_000) }),
    ]);
    await client.insert("calibrant.evaluations", [
      line(1, { evaluator: "relevance", outcome: "failed", after: 1_000 }),
      line(1, { evaluator: "relevance", outcome: "scored", score: 1 }),
      line(2, { evaluator: "relevance", outcome: "scored", score: 0, probability: 0.25 }),
      line(3, { evaluator: "relevance", outcome: "skipped" }),
      line(4, { evaluator: "relevance", outcome: "over_budget" }),
      line(1, { evaluator: "empty-answer", outcome: "scored", score: 1, after: 900 }),
      line(2, { evaluator: "empty-answer", outcome: "sampled_out" }),
    ]);
    await client.insert("calibrant.feedback", [
      thumb("a", 1, 1),
      thumb("b", 2, -1),
      thumb("b", 2, -1),
      thumb("c", 77, 1),
    ]);
    await client.insert("otel.otel_traces", [
      { Timestamp: storeTime(now - 5_000), TraceId: "1", SpanId: "1", ServiceName: service },
      { Timestamp: storeTime(now - 5_000), TraceId: "1", SpanId: "2", ServiceName: "another" },
    ]);

    const stats = await queries.stats(service, since);
    expect(stats).toMatchObject({
      spans: 1,
      interactions: 4,
      errors: 1,
      feedback: 3,
      feedbackJoined: 2,
      scoreLag: 2_000,
    });
    expect(stats.cost_usd).toBeCloseTo(0.003, 9);
    expect(stats.judge_cost_usd).toBeCloseTo(0.02, 9);
    expect(stats.evaluators).toMatchObject([
      { evaluator: "empty-answer", scored: 1, sampledOut: 1, meanScore: 1 },
      { evaluator: "relevance", scored: 2, skipped: 1, failed: 0, overBudget: 1 },
    ]);
    // One good answer that stands for itself, one bad one that stands for four.
    expect(stats.evaluators[1]?.meanScore).toBeCloseTo(0.2, 9);

    const quality = await queries.quality(service, since);
    expect(quality).toMatchObject([
      {
        release: "1.4.0",
        feature: "returns",
        interactions: 3,
        errors: 1,
        thumbs: 2,
        thumbsUp: 1,
        scores: [
          { evaluator: "empty-answer", mean: 1, count: 1, effectiveCount: 1 },
          { evaluator: "relevance", count: 2 },
        ],
      },
      { release: "1.5.0", feature: "returns", interactions: 1, thumbs: 0, scores: [] },
    ]);
    expect(quality[0]?.scores[1]?.mean).toBeCloseTo(0.2, 9);
    expect(quality[0]?.scores[1]?.effectiveCount).toBeCloseTo(25 / 17, 9);
  });
});
