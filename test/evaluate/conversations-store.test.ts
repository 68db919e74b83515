import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createConversationQueue } from "#processor/store/conversation-queue.js";
import { createCursorStore } from "#processor/store/cursors.js";
import { createEvaluationLedger } from "#processor/store/evaluation-ledger.js";
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

const patience = 120_000;
const sessions = 40;

/** Turns of sessions `from` to `to`, each the `place`-th of its session. */
async function storeTurns(place: number, from: number, to: number): Promise<void> {
  const rows = Array.from({ length: to - from }, (_none, index) =>
    storedInteraction(1_000 * place + from + index, {
      session_id: `s${from + index}`,
      input_text: `question ${place}`,
    }),
  );
  await store.client.insert("calibrant.interactions", rows);
}

const linesOf = (evaluator: string) =>
  store.client.query<{ session: string; turn: string }>(
    `SELECT session_id AS session, interaction_id AS turn
     FROM calibrant.evaluations WHERE evaluator = {evaluator:String}`,
    { evaluator },
  );

const judged = (count: number) =>
  until(
    `${count} judged conversations`,
    async () => (await linesOf("resolution")).length >= count,
    patience / 2,
  );

describe("conversations on the embedded store", { timeout: patience }, () => {
  it("are judged once at each rest, at their last turn, through stops in the middle", async () => {
    let answers = 0;
    const model = await bench.model((request, response) =>
      (++answers % 9 === 0 ? steps.hangs() : steps.verdict("resolved"))(request, response),
    );
    const parts = {
      ledger: createEvaluationLedger(store.client),
      conversations: createConversationQueue(store.client),
      cursors: createCursorStore(store.client),
    };
    const config = {
      ...modelAt(model.url, { timeout: 200 }),
      evaluators: {
        resolution: {},
        relevance: { enabled: false },
        groundedness: { enabled: false },
        repetition: { enabled: false },
        refusal: { enabled: false },
      },
      conversation_idle: 1_000,
      reread: "5s",
    };
    for (const place of [1, 2, 3]) await storeTurns(place, 0, sessions);
    for (const stop of [1, 15]) {
      const worker = bench.start(parts.ledger, config, parts);
      await judged(stop);
      await worker.stop();
    }
    bench.start(parts.ledger, config, parts);
    await judged(sessions);
    await storeTurns(4, 0, 10);
    await judged(sessions + 10);
    await until(
      "a line of the check for each turn",
      async () => (await linesOf("empty-answer")).length >= 3 * sessions + 10,
    );

    const lines = await linesOf("resolution");
    const turns = new Set(lines.map(({ turn }) => turn));
    expect([lines.length, turns.size]).toEqual([sessions + 10, sessions + 10]);
    const places = lines.map(({ turn }) =>
      Math.floor(Number.parseInt(turn.slice(0, 32), 16) / 1_000),
    );
    expect(places.filter((place) => place === 3)).toHaveLength(sessions);
    expect(places.filter((place) => place === 4)).toHaveLength(10);
    const material = model.requests[0]?.body.messages[1]?.content ?? "";
    expect(material).toMatch(/turn 1 user>\nquestion 1\n[^]*turn 3 user>\nquestion 3\n/);
  });
});
