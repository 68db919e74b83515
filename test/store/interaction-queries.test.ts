import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Interaction } from "#processor/model/interaction.js";
import type { InteractionQueries, ListPosition } from "#processor/model/ports.js";
import { createInteractionQueries } from "#processor/store/interaction-queries.js";
import { sampleInteractions, type Samples } from "../support/sample-interactions.js";
import { startTestStore, type TestStore } from "../support/store.js";
import { insertSamples } from "../support/store-samples.js";

const minute = 60_000;
const day = 24 * 60 * minute;

let store: TestStore;
let queries: InteractionQueries;
let samples: Samples;

beforeAll(async () => {
  store = await startTestStore();
  queries = createInteractionQueries(store.client);
});

afterAll(() => store.stop());

describe("an empty store", () => {
  it("has no interactions and no services", async () => {
    expect(await queries.recent({ limit: 10 })).toEqual([]);
    expect(await queries.services()).toEqual([]);
    expect(await queries.detail("none")).toBeUndefined();
  });
});

describe("a store with interactions", () => {
  beforeAll(async () => {
    samples = sampleInteractions(Date.now());
    // As far back as the list has to look: an hour, a day, a month and a year ago.
    const [first] = samples.interactions as [Interaction];
    const old = [3 * 60 * minute, 5 * day, 40 * day, 300 * day].map((age, index) => ({
      ...first,
      interaction_id: `old-${index}`,
      trace_id: `old-${index}`,
      session_id: "",
      service_name: "archive",
      started_at: first.started_at - age,
    }));
    await insertSamples(store.client, {
      ...samples,
      interactions: [...samples.interactions, ...old],
    });
  });

  it("lists them newest first, however far back they are, page by page", async () => {
    const seen: string[] = [];
    let before: ListPosition | undefined;
    for (;;) {
      const page = await queries.recent({ limit: 2, before });
      seen.push(...page.map((row) => row.interaction_id));
      before = page.at(-1);
      if (page.length < 2) break;
    }
    expect(seen).toEqual([
      ...samples.interactions.map((row) => row.interaction_id),
      "old-0",
      "old-1",
      "old-2",
      "old-3",
    ]);
  });

  it("gives each row its figures, its newest scores and its feedback", async () => {
    const [row] = await queries.recent({ limit: 1 });
    const [interaction] = samples.interactions as [Interaction];
    expect(row).toEqual({
      interaction_id: interaction.interaction_id,
      trace_id: interaction.trace_id,
      started_at: interaction.started_at,
      duration_ms: 2_840,
      service_name: "shop-assistant",
      release: "2.4.0",
      feature: "returns",
      user_id: "u-204",
      session_id: "s-9f31",
      model: "gpt-4o-mini-2024-07-18",
      status: "ok",
      error_type: "",
      input_text: interaction.input_text,
      output_text: interaction.output_text,
      input_tokens: 1_204,
      output_tokens: 61,
      cost_usd: 0.000_217,
      scores: [
        {
          evaluator: "empty_answer",
          outcome: "scored",
          reason: "",
          score: 1,
          label: "substantial",
        },
        {
          evaluator: "groundedness",
          outcome: "scored",
          reason: "",
          score: 0.12,
          label: "contradicted",
        },
        {
          evaluator: "relevance",
          outcome: "failed",
          reason: "JUDGE_UNAVAILABLE: no answer within 20 s, after 3 attempts",
          score: null,
          label: "",
        },
      ],
      feedback: [
        {
          kind: "thumbs",
          value: -1,
          value_max: null,
          choice: "",
          comment: "The page on returns says 14 days for sale items!",
        },
        { kind: "escalation", value: null, value_max: null, choice: "", comment: "" },
      ],
    });
  });

  it("cuts long texts in the list and keeps an unknown price unknown", async () => {
    const rows = await queries.recent({ limit: 10 });
    const long = rows.find((row) => row.service_name === "helpdesk-bot");
    expect(Array.from(long?.input_text ?? "")).toHaveLength(401);
    expect(long?.input_text.endsWith("…")).toBe(true);
    expect(rows.find((row) => row.status === "error")?.cost_usd).toBeNull();
  });

  it("filters by service and status", async () => {
    const archived = await queries.recent({ limit: 10, service: "archive" });
    expect(archived.map((row) => row.interaction_id)).toEqual(["old-0", "old-1", "old-2", "old-3"]);
    const failed = await queries.recent({ limit: 10, status: "error" });
    expect(failed.map((row) => row.error_type)).toEqual(["RateLimitError"]);
    expect(await queries.recent({ limit: 10, service: "archive", status: "error" })).toEqual([]);
    expect(
      await queries.recent({ limit: 10, service: "'; DROP TABLE calibrant.feedback; --" }),
    ).toEqual([]);
  });

  it("names the services of the last month", async () => {
    expect(await queries.services()).toEqual(["archive", "helpdesk-bot", "shop-assistant"]);
  });

  it("gives everything of one interaction as it was stored", async () => {
    const [interaction] = samples.interactions as [Interaction];
    const id = interaction.interaction_id;
    const detail = await queries.detail(id);
    expect(detail?.interaction).toEqual(interaction);
    expect(detail?.modelCalls).toEqual(
      samples.modelCalls
        .filter((call) => call.interaction_id === id)
        .map((call) => ({ ...call, started_at: Math.floor(call.started_at) })),
    );
    expect(detail?.spans).toEqual(
      samples.spans.filter((span) => span.traceId === interaction.trace_id),
    );
    expect(new Set(detail?.evaluations)).toEqual(
      new Set(samples.evaluations.filter((line) => line.interaction_id === id)),
    );
    expect(new Set(detail?.feedback)).toEqual(new Set(samples.feedback.slice(0, 2)));
    expect(detail?.conversation.map((turn) => turn.input_text)).toEqual([
      "Hi! Is anybody there?",
      "How long do I have to send something back?",
      "And does that hold for sale items, too?",
    ]);
  });

  it("shows the newest of two revisions, once", async () => {
    const [interaction] = samples.interactions as [Interaction];
    const id = interaction.interaction_id;
    await store.client.command(
      `INSERT INTO calibrant.interactions
       SELECT * REPLACE (revision + 1 AS revision, 'revised' AS output_text)
       FROM calibrant.interactions WHERE interaction_id = {id:String}`,
      { id },
    );
    const rows = await queries.recent({ limit: 2 });
    expect(rows.map((row) => row.output_text)).toEqual([
      "revised",
      samples.interactions[1]?.output_text,
    ]);
    const detail = await queries.detail(id);
    expect(detail?.interaction.output_text).toBe("revised");
    expect(detail?.conversation.map((turn) => turn.output_text)).toHaveLength(3);
    expect(detail?.conversation.at(-1)?.output_text).toBe("revised");
  });

  it("has the turn alone as its conversation where there is no session", async () => {
    const detail = await queries.detail(samples.interactions[5]?.interaction_id ?? "");
    expect(detail?.conversation).toHaveLength(1);
  });
});
