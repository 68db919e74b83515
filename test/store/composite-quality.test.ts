import * as fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Evaluation } from "#processor/model/evaluation.js";
import type { Feedback } from "#processor/model/feedback.js";
import type { Interaction } from "#processor/model/interaction.js";
import type { QualityDefinitions } from "#processor/model/ports.js";
import type { QualityPart } from "#processor/model/quality.js";
import { createInteractionQueries } from "#processor/store/interaction-queries.js";
import { createQualityDefinitions } from "#processor/store/quality-definitions.js";
import { sampleInteractions } from "../support/sample-interactions.js";
import { startTestStore, type TestStore } from "../support/store.js";
import { insertSamples } from "../support/store-samples.js";

const now = Date.now();
const samples = sampleInteractions(now);
const [interaction] = samples.interactions as [Interaction];
const [line] = samples.evaluations as [Evaluation];
const [signal] = samples.feedback as [Feedback];
const id = interaction.interaction_id;

let store: TestStore;
let definitions: QualityDefinitions;

beforeAll(async () => {
  store = await startTestStore();
  definitions = createQualityDefinitions(store.client);
  await insertSamples(store.client, { interactions: [interaction] });
});
beforeEach(async () => {
  for (const table of ["evaluations", "feedback", "quality_definitions"]) {
    await store.client.command(`TRUNCATE TABLE calibrant.${table}`);
  }
});
afterAll(() => store.stop());

function scored(evaluator: string, score: number, changes: Partial<Evaluation> = {}): Evaluation {
  const { trace_id, span_id } = interaction;
  const own = { interaction_id: id, trace_id, span_id, evaluator, reason: "", label: "" };
  return { ...line, ...own, kind: "llm", outcome: "scored", score, probability: 1, ...changes };
}

function rated(value: number, max: number): Feedback {
  const subject = { interaction_id: id, trace_id: "", span_id: "", response_id: "" };
  return {
    ...signal,
    ...subject,
    feedback_id: `${value} of ${max}`,
    kind: "rating",
    value,
    value_max: max,
  };
}

interface QualityRow {
  readonly quality: number | null;
  readonly vetoed_by: string;
  readonly parts: readonly { readonly part: string; readonly score: number }[];
  readonly missing: readonly string[];
  readonly probability: number;
}

async function viewed(): Promise<QualityRow | undefined> {
  const rows = await store.client.query<QualityRow>(
    "SELECT quality, vetoed_by, parts, missing, probability FROM calibrant.v_quality",
    {},
  );
  return rows[0];
}

async function ofPage() {
  return (await createInteractionQueries(store.client).detail(id))?.quality;
}

function close(value: number): number {
  return expect.closeTo(value, 9) as number;
}

const parts: readonly QualityPart[] = [
  { part: "feedback", weight: 1, veto_below: null },
  { part: "groundedness", weight: 2, veto_below: null },
  { part: "relevance", weight: 1, veto_below: null },
  { part: "safety", weight: 0, veto_below: 0.5 },
];

describe("the composite quality of an interaction", () => {
  it("is the weighted mean of the parts that are there, and names those that are not", async () => {
    await definitions.define(parts);
    const evaluations = [scored("groundedness", 0.4), scored("relevance", 1, { probability: 0.2 })];
    await insertSamples(store.client, { evaluations });
    expect(await viewed()).toMatchObject({
      quality: expect.closeTo(0.6) as number,
      vetoed_by: "",
      missing: ["feedback"],
      probability: 0.2,
    });
  });

  it("is held down by the lowest veto that speaks, even where nothing else is there", async () => {
    await definitions.define(parts);
    await insertSamples(store.client, { evaluations: [scored("safety", 0.25)] });
    expect(await viewed()).toMatchObject({ quality: 0.25, vetoed_by: "safety" });
    await insertSamples(store.client, { evaluations: [scored("relevance", 0.1)] });
    expect(await viewed()).toMatchObject({ quality: 0.1, vetoed_by: "" });
  });

  it("is not known while only a silent veto is there", async () => {
    await definitions.define(parts);
    await insertSamples(store.client, { evaluations: [scored("safety", 1)] });
    expect(await viewed()).toMatchObject({ quality: null, vetoed_by: "" });
  });

  it("takes the newest score, no failure and no canary", async () => {
    await definitions.define(parts);
    const at = line.evaluated_at;
    await insertSamples(store.client, {
      evaluations: [
        scored("relevance", 1, { evaluated_at: at }),
        scored("relevance", 0.5, { evaluated_at: at + 1_000 }),
        scored("relevance", 0, { evaluated_at: at + 2_000, outcome: "failed", score: null }),
        scored("groundedness", 0, { kind: "canary" }),
      ],
    });
    expect(await viewed()).toMatchObject({ quality: 0.5, missing: ["feedback", "groundedness"] });
  });

  it("follows a new definition, and keeps the one before", async () => {
    await definitions.define(parts);
    await definitions.define(parts);
    const one = [{ part: "relevance", weight: 1, veto_below: null }];
    await definitions.define(one);
    expect(await definitions.read()).toEqual(one);
    const rows = await store.client.query("SELECT 1 FROM calibrant.quality_definitions", {});
    expect(rows).toHaveLength(2);
  });

  it("is the same on the page as in the view, for any parts and scores", async () => {
    const score = fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100);
    const name = fc.constantFrom("relevance", "groundedness", "safety", "refusal");
    const defined = fc.uniqueArray(
      fc.record({
        part: fc.oneof(name, fc.constant("feedback")),
        weight: fc.integer({ min: 0, max: 3 }),
        veto_below: fc.option(score.filter((least) => least > 0)),
      }),
      { minLength: 1, selector: ({ part }) => part },
    );
    const given = fc.uniqueArray(fc.tuple(name, score), { selector: ([part]) => part });
    const ratings = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.constant(5)), {
      maxLength: 2,
      selector: ([value]) => value,
    });
    await fc.assert(
      fc.asyncProperty(defined, given, ratings, async (definition, scores, rates) => {
        await store.client.command("TRUNCATE TABLE calibrant.evaluations");
        await store.client.command("TRUNCATE TABLE calibrant.feedback");
        await definitions.define(definition.toSorted((a, b) => (a.part < b.part ? -1 : 1)));
        await insertSamples(store.client, {
          evaluations: scores.map(([part, value]) => scored(part, value)),
          feedback: rates.map(([value, max]) => rated(value, max)),
        });
        const row = await viewed();
        const page = await ofPage();
        expect(row?.vetoed_by ?? "").toBe(page?.vetoed_by);
        expect(row?.parts.map(({ part }) => part) ?? []).toEqual(
          page?.parts.map(({ part }) => part),
        );
        expect(row?.quality ?? null).toEqual(page?.quality == null ? null : close(page.quality));
      }),
      { numRuns: 10 },
    );
  });
});
