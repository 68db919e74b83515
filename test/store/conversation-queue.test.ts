import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Evaluation } from "#processor/model/evaluation.js";
import type { ConversationQueue, PendingEvaluations } from "#processor/model/ports.js";
import { createConversationQueue } from "#processor/store/conversation-queue.js";
import { createEvaluationLedger } from "#processor/store/evaluation-ledger.js";
import { ledgerLine } from "../support/ledger-line.js";
import { startTestStore, type TestStore } from "../support/store.js";
import { storedInteraction, type StoredChanges } from "../support/stored-interaction.js";

let store: TestStore;
let queue: ConversationQueue;

beforeAll(async () => {
  store = await startTestStore();
  queue = createConversationQueue(store.client);
});
beforeEach(async () => {
  await store.client.command("TRUNCATE TABLE calibrant.interactions");
  await store.client.command("TRUNCATE TABLE calibrant.evaluations");
});
afterAll(() => store.stop());

const idle = 60_000;
const names = ["frustration", "resolution"];
const now = () => Date.now();

/** A turn of a session that began and was revised so many milliseconds ago. */
const turn = (index: number, session_id: string, ago: number, changes: StoredChanges = {}) =>
  storedInteraction(index, {
    session_id,
    started_at: now() - ago - 1_000,
    revisedAt: now() - ago,
    input_text: `question ${index}`,
    output_text: `answer ${index}`,
    ...changes,
  });

async function storeTurns(...rows: readonly object[]): Promise<void> {
  await store.client.insert("calibrant.interactions", rows);
}

async function pending(since = 0, limit = 100): Promise<readonly PendingEvaluations[]> {
  return (await queue.pending(names, since, limit, idle)).pending;
}

/** Which sessions are found, at which turn, with what missing. */
const found = async (since = 0, limit = 100) =>
  (await pending(since, limit)).map(({ interaction, missing }) => [
    interaction.session_id,
    Number.parseInt(interaction.trace_id, 16),
    missing,
  ]);

async function append(index: number, session_id: string, evaluator: string): Promise<void> {
  const changes: Partial<Evaluation> = { session_id, evaluator, kind: "llm" };
  await createEvaluationLedger(store.client).append([ledgerLine(index, changes)]);
}

describe("conversations that rest", () => {
  it("are none in an empty store, which tells its time", async () => {
    const page = await queue.pending(names, 0, 10, idle);
    expect(page.pending).toEqual([]);
    expect(Math.abs(page.storeTime - now())).toBeLessThan(60_000);
  });

  it("are found at their last turn, oldest rest first; turns without a session never", async () => {
    await storeTurns(
      turn(1, "b", 100_000),
      turn(2, "b", 90_000),
      turn(3, "a", 200_000),
      turn(4, "", 300_000),
      turn(5, "awake", 200_000),
      turn(6, "awake", 1_000),
    );
    expect(await found()).toEqual([
      ["a", 3, names],
      ["b", 2, names],
    ]);
    expect(await found(0, 1)).toEqual([["a", 3, names]]);
    const [, second] = await pending();
    expect(await found(second?.revisedAt)).toEqual([["b", 2, names]]);
  });

  it("lack the evaluators without a line at the last turn, and all of them after a new turn", async () => {
    await storeTurns(turn(1, "s", 300_000), turn(2, "s", 290_000));
    await append(1, "s", "resolution");
    await append(2, "s", "frustration");
    expect(await found()).toEqual([["s", 2, ["resolution"]]]);
    await append(2, "s", "resolution");
    expect(await found()).toEqual([]);
    await storeTurns(turn(3, "s", 100_000));
    expect(await found()).toEqual([["s", 3, names]]);
  });

  it("are not judged at an earlier turn that was revised late", async () => {
    await storeTurns(turn(1, "s", 300_000), turn(2, "s", 290_000));
    await append(2, "s", "frustration");
    await append(2, "s", "resolution");
    const late = now() - 100_000;
    await storeTurns(
      turn(1, "s", 0, { started_at: now() - 301_000, revisedAt: late, revision: 2 }),
    );
    expect(await found(late - 10_000)).toEqual([]);
  });

  it("of two services with the same session are two", async () => {
    await storeTurns(
      turn(1, "s", 300_000),
      turn(2, "s", 290_000, { service_name: "bank", input_text: "of the bank" }),
    );
    const conversations = (await pending()).map(({ interaction }) => [
      interaction.service_name,
      interaction.conversation,
    ]);
    expect(conversations).toEqual([
      ["shop", [{ user: "question 1", assistant: "answer 1" }]],
      ["bank", [{ user: "of the bank", assistant: "answer 2" }]],
    ]);
  });

  it("have their turns in the order of their start, each once, as last revised", async () => {
    const began = now() - 300_000;
    await storeTurns(
      turn(3, "s", 280_000, { started_at: began + 2 }),
      turn(1, "s", 270_000, { started_at: began }),
      turn(2, "s", 260_000, { started_at: began + 1, output_text: "old" }),
      turn(2, "s", 250_000, { started_at: began + 1, output_text: "It's \\ new", revision: 2 }),
    );
    const [only] = await pending();
    expect(only?.interaction.conversation).toEqual([
      { user: "question 1", assistant: "answer 1" },
      { user: "question 2", assistant: "It's \\ new" },
      { user: "question 3", assistant: "answer 3" },
    ]);
    expect(only?.interaction).toMatchObject({ output_text: "answer 3", tool_uses: [] });
  });

  it("of thousands of turns have the first and the last ones, and say how many are missing", async () => {
    const began = now() - 400_000;
    await storeTurns(
      ...Array.from({ length: 5_000 }, (_none, index) =>
        turn(index, "long", 100_000, {
          started_at: began + index,
          output_text: "x".repeat(index === 4_999 ? 30_000 : 10),
        }),
      ),
      turn(6_000, "short", 90_000),
    );
    const [long, short] = await pending();
    const turns = long?.interaction.conversation ?? [];
    expect(turns.map(({ user }) => user)).toEqual([
      ...Array.from({ length: 20 }, (_none, index) => `question ${index}`),
      ...Array.from({ length: 40 }, (_none, index) => `question ${4_960 + index}`),
    ]);
    expect(turns.filter(({ left_out }) => left_out !== undefined)).toEqual([
      { user: "question 4960", assistant: "x".repeat(10), left_out: 4_940 },
    ]);
    expect(turns.at(-1)?.assistant).toHaveLength(4_001);
    expect(short?.interaction.conversation).toHaveLength(1);
  });

  it("are found once each, whatever the number of turns that were revised meanwhile", async () => {
    const began = now() - 900_000;
    const rows = Array.from({ length: 24_000 }, (_none, index) =>
      turn(index, `s${index % 150}`, 100_000, {
        started_at: began + index,
        revisedAt: began + 100_000 + index,
        input_text: "",
        output_text: "",
        context: [],
      }),
    );
    await storeTurns(...rows);
    const sessions = (await pending(0, 1_000)).map(({ interaction }) => interaction);
    expect(new Set(sessions.map(({ session_id }) => session_id)).size).toBe(150);
    expect(sessions.map(({ trace_id }) => Number.parseInt(trace_id, 16))).toEqual(
      Array.from({ length: 150 }, (_none, index) => 23_850 + index),
    );
  });
});
