import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { markTurn } from "#processor/interactions/interactions.js";
import { systemClock } from "#processor/kernel/clock.js";
import { CalibrantError } from "#processor/kernel/errors.js";
import type { AssembledTrace } from "#processor/model/ports.js";
import type { StoreClient } from "#processor/store/client.js";
import { createInteractionWriter } from "#processor/store/interaction-writer.js";
import { assembled } from "../support/interaction-rows.js";
import { startLongLivedStore } from "../support/interaction-store.js";
import type { TestStore } from "../support/store.js";

const start = Date.UTC(2026, 10, 20);

/** A turn of a session, so many minutes after the first. */
function turn(minute: number, question: string, session = "session-1"): AssembledTrace {
  return assembled(traceOf(minute, session), {
    started_at: start + minute * 60_000,
    session_id: session,
    input_text: question,
    output_text: "It takes two days.",
  });
}

function traceOf(minute: number, session: string): string {
  return `${session.replace(/\D/g, "")}${String(minute).padStart(31, "0")}`;
}

describe("turns of a session", () => {
  let store: TestStore;
  let client: StoreClient;
  const writer = () => createInteractionWriter(client, systemClock, markTurn);
  beforeAll(async () => {
    store = await startLongLivedStore();
    client = store.client;
  });
  afterAll(() => store.stop());
  beforeEach(async () => {
    await client.command("TRUNCATE TABLE calibrant.interactions");
    await client.command("TRUNCATE TABLE calibrant.model_calls");
  });

  /** Place and mark of each turn, as the view shows them. */
  const turns = async (session = "session-1"): Promise<string[]> => {
    const rows = await client.query<{ line: string }>(
      `SELECT concat(toString(turn_index), ' ', multiIf(is_rephrase, 'rephrase', is_correction, 'correction',
                is_follow_up, 'follow-up', '-'), ' ', input_text) AS line
       FROM calibrant.v_interactions WHERE session_id = {session:String} ORDER BY started_at, interaction_id`,
      { session },
    );
    return rows.map(({ line }) => line);
  };

  const talk = [
    turn(0, "How long does delivery take?"),
    turn(1, "How long does the delivery take"),
    turn(2, "No, I meant delivery to Norway"),
    turn(3, "And delivery to Sweden?"),
    turn(4, "Write a poem about spring"),
  ];
  const marked = [
    "0 - How long does delivery take?",
    "1 rephrase How long does the delivery take",
    "2 correction No, I meant delivery to Norway",
    "3 follow-up And delivery to Sweden?",
    "4 - Write a poem about spring",
  ];

  it.each([
    ["one after the other", [[0], [1], [2], [3], [4]]],
    ["together", [[0, 1, 2, 3, 4]]],
    ["backwards", [[4], [3], [2], [1], [0]]],
    [
      "with a late one in the middle, and all of them again",
      [[0, 4], [3, 1], [2], [0, 1, 2, 3, 4]],
    ],
  ])("have their places and marks when they arrive %s", async (_how, batches) => {
    for (const batch of batches) {
      await writer().replace(batch.flatMap((index) => talk[index] ?? []));
    }
    expect(await turns()).toEqual(marked);
    const [sums] = await client.query(
      "SELECT turns, rephrases, corrections, follow_ups FROM calibrant.v_sessions",
    );
    expect(sums).toEqual({ turns: "5", rephrases: "1", corrections: "1", follow_ups: "1" });
  });

  it("are those of one service and session, whatever their names are", async () => {
    const other = "it's \\ ' a \u0000 session 2";
    await writer().replace([
      ...talk.slice(0, 2),
      turn(0, "Hello", other),
      turn(1, "Hello you", other),
    ]);
    const elsewhere = turn(9, "How long does delivery take?");
    await writer().replace([
      {
        ...elsewhere,
        interactions: elsewhere.interactions.map((row) => ({ ...row, service_name: "bakery" })),
      },
      turn(3, "no session", ""),
    ]);
    expect(await turns()).toEqual([...marked.slice(0, 2), "0 - How long does delivery take?"]);
    expect((await turns(other)).map((line) => line.slice(0, 1))).toEqual(["0", "1"]);
    expect(await turns("")).toEqual(["0 - no session"]);
  });

  it("are found where one trace holds several of them", async () => {
    const [first, second] = [turn(0, "How long does delivery take?"), turn(1, "And to Norway?")];
    const traceId = "e".repeat(32);
    const inTrace = [first, second].flatMap(({ interactions }, index) =>
      interactions.map((row) => ({
        ...row,
        trace_id: traceId,
        interaction_id: `${traceId}-${index}`,
      })),
    );
    await writer().replace([{ traceId, interactions: inTrace, modelCalls: [] }]);
    expect(await turns()).toEqual([
      "0 - How long does delivery take?",
      "1 follow-up And to Norway?",
    ]);
  });

  it("move up when one of them is gone or belongs to another session", async () => {
    await writer().replace(talk);
    const [gone, moved] = [
      traceOf(0, "session-1"),
      turn(1, "How long does the delivery take", "session-1"),
    ];
    await writer().replace([
      { traceId: gone, interactions: [], modelCalls: [] },
      {
        ...moved,
        interactions: moved.interactions.map((row) => ({ ...row, session_id: "session-2" })),
      },
    ]);
    expect(await turns()).toEqual([
      "0 - No, I meant delivery to Norway",
      "1 follow-up And delivery to Sweden?",
      "2 - Write a poem about spring",
    ]);
    expect(await turns("session-2")).toEqual(["0 - How long does the delivery take"]);
  });

  it("are corrected after a crash before the following ones were", async () => {
    await writer().replace([talk[0], talk[2]].flatMap((one) => one ?? []));
    const dying: StoreClient = {
      ...client,
      command: (sql, params, settings) => {
        if (sql.startsWith("UPDATE")) {
          throw new CalibrantError("STORE_UNAVAILABLE", "gone", { retryable: true });
        }
        return client.command(sql, params, settings);
      },
    };
    const late = [talk[1]].flatMap((one) => one ?? []);
    await expect(
      createInteractionWriter(dying, systemClock, markTurn).replace(late),
    ).rejects.toThrow("gone");
    await writer().replace(late);
    expect(await turns()).toEqual(marked.slice(0, 3));
  });

  it("are updated by a mutation where the store knows no faster way, and are not evaluated again", async () => {
    await writer().replace(talk.slice(1));
    const revisions =
      "SELECT interaction_id, revision, revised_at FROM calibrant.interactions WHERE trace_id != {first:String} ORDER BY ALL";
    const first = traceOf(0, "session-1");
    const before = await client.query(revisions, { first });
    const older: StoreClient = {
      ...client,
      command: async (sql, params, settings) => {
        if (sql.startsWith("UPDATE")) throw new CalibrantError("STORE_REFUSED", "syntax error");
        await client.command(sql, params, settings);
      },
    };
    await createInteractionWriter(older, systemClock, markTurn).replace(talk.slice(0, 1));
    expect(await turns()).toEqual(marked);
    expect(await client.query(revisions, { first })).toEqual(before);
  });
});
