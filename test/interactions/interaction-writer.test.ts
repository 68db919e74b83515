import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { markTurn } from "#processor/interactions/interactions.js";
import { systemClock } from "#processor/kernel/clock.js";
import { CalibrantError } from "#processor/kernel/errors.js";
import type { StoreClient } from "#processor/store/client.js";
import { createInteractionWriter } from "#processor/store/interaction-writer.js";
import { assembled } from "../support/interaction-rows.js";
import {
  startLongLivedStore,
  storedCalls,
  storedInteractions,
} from "../support/interaction-store.js";
import type { TestStore } from "../support/store.js";

const trace = "0".repeat(31);

describe("the interaction writer", { timeout: 120_000 }, () => {
  let store: TestStore;
  let client: StoreClient;
  beforeAll(async () => {
    store = await startLongLivedStore();
    client = store.client;
  });
  afterAll(() => store.stop());
  beforeEach(async () => {
    await client.command("TRUNCATE TABLE calibrant.interactions");
    await client.command("TRUNCATE TABLE calibrant.model_calls");
  });

  it("stores what it is given, every column", async () => {
    const written = assembled(`${trace}1`, { cost_usd: null, complexity: null });
    const writer = createInteractionWriter(client, systemClock, markTurn);
    expect(await writer.replace([written])).toEqual({ added: 1, revised: 0 });
    const [row] = await storedInteractions(client);
    const [call] = await storedCalls(client);
    expect(row).toMatchObject({ ...written.interactions[0], ...timesAsText });
    expect(call).toMatchObject({ ...written.modelCalls[0], started_at: timesAsText.started_at });
  });

  it("leaves an unchanged interaction alone, whenever its last piece arrived", async () => {
    const writer = createInteractionWriter(client, systemClock, markTurn);
    await writer.replace([assembled(`${trace}1`)]);
    const before = await storedInteractions(client);
    expect(await writer.replace([assembled(`${trace}1`, { arrived_at: 1 })])).toEqual({
      added: 0,
      revised: 0,
    });
    expect(await storedInteractions(client)).toEqual(before);
  });

  it("revises an interaction when it or one of its calls has changed, and its calls with it", async () => {
    const writer = createInteractionWriter(client, systemClock, markTurn);
    await writer.replace([assembled(`${trace}1`), assembled(`${trace}2`)]);
    const late = { output_text: "Half past nine.", started_at: 1_795_479_000_000 };
    expect(
      await writer.replace([
        assembled(`${trace}1`, late),
        assembled(`${trace}2`, {}, { output_text: "more" }),
      ]),
    ).toEqual({ added: 0, revised: 2 });
    const rows = await storedInteractions(client);
    expect(rows.map((row) => row.output_text)).toEqual(["Half past nine.", "Nine o'clock."]);
    const calls = await storedCalls(client);
    expect(calls.map((call) => call.output_text)).toEqual(["Half past nine.", "more"]);
  });

  it("removes an interaction that its trace no longer has", async () => {
    const writer = createInteractionWriter(client, systemClock, markTurn);
    const root = { interaction_id: `${trace}1-cc`, span_id: "cc" };
    await writer.replace([assembled(`${trace}1`)]);
    expect(await writer.replace([assembled(`${trace}1`, root)])).toEqual({ added: 1, revised: 0 });
    const rows = await storedInteractions(client);
    expect(rows.map((row) => row.interaction_id)).toEqual([`${trace}1-cc`]);
    expect(await storedCalls(client)).toHaveLength(1);
    await writer.replace([{ traceId: `${trace}1`, interactions: [], modelCalls: [] }]);
    expect(await storedInteractions(client)).toEqual([]);
    expect(await storedCalls(client)).toEqual([]);
  });

  it.each([
    ["before the interaction was inserted", "calibrant.interactions"],
    ["before the older interaction was deleted", "DELETE FROM calibrant.interactions"],
    ["before the older calls were deleted", "DELETE FROM calibrant.model_calls"],
  ])("makes up for a crash %s", async (_when, statement) => {
    const first = createInteractionWriter(client, systemClock, markTurn);
    await first.replace([assembled(`${trace}1`)]);
    const changed = assembled(`${trace}1`, { output_text: "Half past nine." });
    const dying = createInteractionWriter(dyingAt(client, statement), systemClock, markTurn);
    await expect(dying.replace([changed])).rejects.toThrow("the process is gone");

    const second = createInteractionWriter(client, systemClock, markTurn);
    await second.replace([changed]);
    const rows = await storedInteractions(client);
    expect(rows.map((row) => row.output_text)).toEqual(["Half past nine."]);
    const calls = await storedCalls(client);
    expect(calls.map((call) => call.output_text)).toEqual(["Half past nine."]);
  });

  it("deletes by a mutation where the store refuses the faster way", async () => {
    const settings: unknown[] = [];
    const older: StoreClient = {
      ...client,
      command: async (sql, params, given) => {
        settings.push(given);
        if (given?.["lightweight_delete_mode"] !== undefined) {
          throw new CalibrantError("STORE_REFUSED", "unknown setting");
        }
        await client.command(sql, params, given);
      },
    };
    const writer = createInteractionWriter(older, systemClock, markTurn);
    await writer.replace([assembled(`${trace}1`)]);
    await writer.replace([assembled(`${trace}1`, { output_text: "changed" })]);
    expect(settings.length).toBeGreaterThan(1);
    const rows = await storedInteractions(client);
    expect(rows.map((row) => row.output_text)).toEqual(["changed"]);
  });

  it("takes hostile text, and more months than one insert may have", async () => {
    const hostile = "'); DROP TABLE calibrant.interactions; -- \\ \u0000";
    const months = Array.from({ length: 110 }, (_, month) =>
      assembled(`${trace}${month}`, {
        started_at: Date.UTC(2020, month),
        input_text: `${hostile} \ud800`,
        user_id: hostile,
      }),
    );
    const named = assembled(hostile, { interaction_id: hostile });
    const writer = createInteractionWriter(client, systemClock, markTurn);
    expect(await writer.replace([...months, named])).toEqual({ added: 111, revised: 0 });
    expect(await writer.replace([...months, named])).toEqual({ added: 0, revised: 0 });
  });
});

const timesAsText = {
  started_at: "2026-11-24 00:26:40.000",
  arrived_at: "2026-11-24 00:26:41.000",
};

/** A client that fails at its first statement about something. */
function dyingAt(client: StoreClient, statement: string): StoreClient {
  const check = (sql: string): void => {
    if (sql.startsWith(statement)) {
      throw new CalibrantError("STORE_UNAVAILABLE", "the process is gone", { retryable: true });
    }
  };
  return {
    ...client,
    insertLines: async (table, lines, options) => {
      check(table);
      await client.insertLines(table, lines, options);
    },
    command: async (sql, params, settings) => {
      check(sql);
      await client.command(sql, params, settings);
    },
  };
}
