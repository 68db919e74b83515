import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Worker } from "#processor/kernel/worker.js";
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
beforeEach(async () => {
  for (const table of ["interactions", "evaluations", "cursors"]) {
    await store.client.command(`TRUNCATE TABLE calibrant.${table}`);
  }
});
afterEach(() => bench.end());
afterAll(() => store.stop());

const patience = 120_000;
/** Turns of a session, each a trace of its own. */
const turns = 3;

async function storeSessions(from: number, to: number): Promise<void> {
  const rows = Array.from({ length: (to - from) * turns }, (_none, place) => {
    const index = from * turns + place;
    return storedInteraction(index, { session_id: `s${Math.floor(index / turns)}` });
  });
  await store.client.insert("calibrant.interactions", rows);
}

/** Three checks and a judge for each turn, and a judge for each conversation. */
const linesFor = (sessions: number) => sessions * (turns * 4 + 1);

function startReplica(url: string, count: number, index: number): Worker {
  const replica = { count, index };
  const config = {
    ...modelAt(url),
    evaluators: { resolution: {}, groundedness: { enabled: false } },
    conversation_idle: 1_000,
    reread: "5s",
    poll: 250,
  };
  return bench.start(createEvaluationLedger(store.client, replica), config, {
    conversations: createConversationQueue(store.client, replica),
    cursors: createCursorStore(store.client),
    replica,
  });
}

const startReplicas = (url: string, count: number): Worker[] =>
  Array.from({ length: count }, (_none, index) => startReplica(url, count, index));

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

describe("replicas on one store", { timeout: patience }, () => {
  it("answer once for each pair, three beside each other", async () => {
    const model = await bench.model(steps.verdict("relevant"));
    await storeSessions(0, 10);
    startReplicas(model.url, 3);
    await reached(linesFor(10));
    await storeSessions(10, 20);
    await reached(linesFor(20));
    expect(await ledgerCounts()).toEqual({ lines: linesFor(20), pairs: linesFor(20) });
  });

  it("leave a part that nobody works on, and no other, to the one that is missing", async () => {
    const model = await bench.model(steps.verdict("relevant"));
    await storeSessions(0, 15);
    startReplica(model.url, 2, 0);
    const [own] = await store.client.query<{ turns: string; sessions: string }>(
      `SELECT countIf(cityHash64(trace_id) % 2 = 0) AS turns,
              uniqExactIf(session_id, cityHash64(service_name, session_id) % 2 = 0) AS sessions
       FROM calibrant.interactions`,
    );
    const first = Number(own?.turns) * 4 + Number(own?.sessions);
    await reached(first);
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(linesFor(15));
    startReplica(model.url, 2, 1);
    await reached(linesFor(15));
    expect(await ledgerCounts()).toEqual({ lines: linesFor(15), pairs: linesFor(15) });
    const kinds = await store.client.query(
      `SELECT subject, count() AS lines FROM calibrant.evaluations GROUP BY subject ORDER BY subject`,
    );
    expect(kinds).toEqual([
      { subject: "conversation", lines: "15" },
      { subject: "interaction", lines: String(15 * turns * 4) },
    ]);
  });

  it("miss nothing when their number changes in the middle, and answer for nothing twice", async () => {
    let requests = 0;
    const model = await bench.model((request, response) =>
      (++requests % 7 === 0 ? steps.resets() : steps.verdict("relevant"))(request, response),
    );
    let sessions = 0;
    for (const count of [2, 3, 1]) {
      await storeSessions(sessions, sessions + 8);
      const seen = (await ledgerCounts()).lines;
      sessions += 8;
      const workers = startReplicas(model.url, count);
      await reached(seen + 20);
      // One after the other, as in a rolling change.
      for (const worker of workers) await worker.stop();
    }
    startReplicas(model.url, 2);
    await reached(linesFor(sessions));
    expect(await ledgerCounts()).toEqual({ lines: linesFor(sessions), pairs: linesFor(sessions) });
    const [coverage] = await store.client.query<{ eligible: string; answered: string }>(
      `SELECT sum(eligible) AS eligible,
              sum(scored) + sum(failed) + sum(sampled_out) + sum(over_budget) + sum(skipped) AS answered
       FROM calibrant.v_evaluator_coverage`,
    );
    expect(coverage?.answered).toBe(coverage?.eligible);
  });
});
