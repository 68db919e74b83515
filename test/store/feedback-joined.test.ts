import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Feedback } from "#processor/model/feedback.js";
import type { Interaction, ModelCall } from "#processor/model/interaction.js";
import { createInteractionQueries } from "#processor/store/interaction-queries.js";
import { sampleInteractions } from "../support/sample-interactions.js";
import { startTestStore, type TestStore } from "../support/store.js";
import { insertSamples } from "../support/store-samples.js";

const now = Date.now();
const samples = sampleInteractions(now);

let store: TestStore;

beforeAll(async () => {
  store = await startTestStore();
});

afterAll(() => store.stop());

/** A turn of a trace; `turn("a", 1)` and `turn("a", 2)` are two turns of one trace. */
function turn(trace: string, number: number): Interaction {
  const [sample] = samples.interactions as [Interaction];
  const trace_id = trace.repeat(32).slice(0, 32);
  const span_id = String(number).repeat(16);
  return {
    ...sample,
    trace_id,
    span_id,
    interaction_id: `${trace_id}-${span_id}`,
    response_ids: [`response-${trace}${number}`],
    session_id: "",
    feature: `feature ${trace}${number}`,
    started_at: now - 60_000 + number * 1_000,
  };
}

function call({ interaction_id, trace_id, started_at }: Interaction, span_id: string): ModelCall {
  const [sample] = samples.modelCalls as [ModelCall];
  return { ...sample, interaction_id, trace_id, span_id, started_at };
}

let events = 0;

function event(given: Partial<Feedback>): Feedback {
  events += 1;
  return {
    feedback_id: `event-${events}`,
    received_at: now + events,
    occurred_at: now + events,
    interaction_id: "",
    trace_id: "",
    span_id: "",
    response_id: "",
    kind: "thumbs",
    value: 1,
    value_max: null,
    choice: "",
    comment: "",
    user_id: "",
    source: "api",
    ...given,
  };
}

interface Joined {
  readonly feedback_id: string;
  readonly matched: number;
  readonly interaction_id: string;
  readonly feature: string;
  readonly user_id: string;
}

async function joined(): Promise<Map<string, Joined>> {
  const rows = await store.client.query<Joined>(
    "SELECT feedback_id, matched, interaction_id, feature, user_id FROM calibrant.v_feedback",
  );
  expect(new Set(rows.map((row) => row.feedback_id)).size).toBe(rows.length);
  return new Map(rows.map((row) => [row.feedback_id, row]));
}

async function emptied(): Promise<void> {
  for (const table of ["interactions", "model_calls", "feedback"]) {
    await store.client.command(`TRUNCATE TABLE calibrant.${table}`);
  }
}

describe("feedback and its interaction", () => {
  const first = turn("a", 1);
  const last = turn("a", 2);
  const other = turn("b", 1);
  const inFirst = call(first, "c".repeat(16));

  const byInteraction = event({ interaction_id: first.interaction_id, user_id: "sender" });
  const byTrace = event({ trace_id: first.trace_id });
  const byRoot = event({ trace_id: first.trace_id, span_id: first.span_id });
  const byCall = event({ trace_id: first.trace_id, span_id: inFirst.span_id });
  const byStrangeSpan = event({ trace_id: first.trace_id, span_id: "d".repeat(16) });
  const byResponse = event({ response_id: "response-b1" });
  const fallingBack = event({
    interaction_id: `${first.trace_id}-${"e".repeat(16)}`,
    trace_id: first.trace_id,
  });
  const byTraceBeforeResponse = event({ trace_id: first.trace_id, response_id: "response-b1" });
  const orphan = event({ trace_id: "f".repeat(32), response_id: "unknown" });
  const feedback = [
    byInteraction,
    byTrace,
    byRoot,
    byCall,
    byStrangeSpan,
    byResponse,
    fallingBack,
    byTraceBeforeResponse,
    orphan,
  ];
  const turns = { interactions: [first, last, other], modelCalls: [inFirst] };

  const wanted = new Map([
    [byInteraction, first],
    [byTrace, last],
    [byRoot, first],
    [byCall, first],
    [byStrangeSpan, last],
    [byResponse, other],
    [fallingBack, last],
    [byTraceBeforeResponse, last],
  ]);

  async function expectJoined(): Promise<void> {
    const rows = await joined();
    for (const [given, interaction] of wanted) {
      expect(rows.get(given.feedback_id)).toEqual({
        feedback_id: given.feedback_id,
        matched: 1,
        interaction_id: interaction.interaction_id,
        feature: interaction.feature,
        user_id: given.user_id || interaction.user_id,
      });
    }
    expect(rows.get(orphan.feedback_id)).toMatchObject({ matched: 0, interaction_id: "" });
  }

  it("meet when the interaction came first", async () => {
    await emptied();
    await insertSamples(store.client, turns);
    await insertSamples(store.client, { feedback });
    expect((await joined()).size).toBe(feedback.length);
    await expectJoined();
  });

  it("meet when the feedback came first; until then it stands alone", async () => {
    await emptied();
    await insertSamples(store.client, { feedback });
    const alone = [...(await joined()).values()];
    expect(alone).toHaveLength(feedback.length);
    expect(alone.every((row) => row.matched === 0 && row.interaction_id === "")).toBe(true);
    await insertSamples(store.client, turns);
    await expectJoined();
  });

  it("counts an event once, with what was sent last", async () => {
    await emptied();
    await insertSamples(store.client, turns);
    const corrected = { ...byTrace, value: -1, received_at: byTrace.received_at + 5 };
    await insertSamples(store.client, { feedback: [byTrace, byTrace] });
    await insertSamples(store.client, { feedback: [corrected] });
    const rows = await store.client.query<{ value: number }>(
      "SELECT value FROM calibrant.v_feedback",
    );
    expect(rows).toEqual([{ value: -1 }]);
  });
});

describe("the pages and the view", () => {
  it("join every event to the same interaction", async () => {
    await emptied();
    const trace = fc.constantFrom("a", "b");
    const number = fc.constantFrom(1, 2, 3);
    const target = fc.record({
      named: fc.option(fc.tuple(trace, number)),
      trace: fc.option(trace),
      span: fc.option(
        fc.oneof(
          number.map((n) => String(n).repeat(16)),
          fc.constantFrom("c".repeat(16), "9".repeat(16)),
        ),
      ),
      response: fc.option(fc.tuple(trace, number)),
    });
    const targets = fc.sample(target, { numRuns: 200, seed: 20_260_509 });
    const feedback = targets.map(({ named, trace: letter, span, response }) =>
      event({
        interaction_id: named === null ? "" : turn(...named).interaction_id,
        trace_id: letter === null ? "" : letter.repeat(32),
        span_id: letter === null ? "" : (span ?? ""),
        response_id: response === null ? "" : `response-${response[0]}${response[1]}`,
      }),
    );
    const interactions = [turn("a", 1), turn("a", 2), turn("b", 1)];
    await insertSamples(store.client, {
      interactions,
      modelCalls: [call(turn("a", 1), "c".repeat(16))],
      feedback,
    });

    const rows = await joined();
    const queries = createInteractionQueries(store.client);
    let found = 0;
    for (const { interaction_id } of interactions) {
      const ofPage = (await queries.detail(interaction_id))?.feedback.map((row) => row.feedback_id);
      const ofView = [...rows.values()].filter((row) => row.interaction_id === interaction_id);
      expect(new Set(ofPage)).toEqual(new Set(ofView.map((row) => row.feedback_id)));
      found += ofView.length;
    }
    expect(found).toBeGreaterThan(100);
  });
});
