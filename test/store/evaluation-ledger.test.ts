import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CalibrantError } from "#processor/kernel/errors.js";
import type { EvaluationLedger } from "#processor/model/ports.js";
import { createEvaluationLedger } from "#processor/store/evaluation-ledger.js";
import { ledgerLine as line } from "../support/ledger-line.js";
import { pendingInteraction } from "../support/pending-interaction.js";
import { startTestStore, type TestStore } from "../support/store.js";
import { storedInteraction, type StoredChanges } from "../support/stored-interaction.js";

let store: TestStore;
let ledger: EvaluationLedger;

beforeAll(async () => {
  store = await startTestStore();
  ledger = createEvaluationLedger(store.client);
});
beforeEach(async () => {
  await store.client.command("TRUNCATE TABLE calibrant.interactions");
  await store.client.command("TRUNCATE TABLE calibrant.evaluations");
});
afterAll(() => store.stop());

const names = ["refusal", "relevance"];
const idOf = (index: number): string =>
  pendingInteraction({ trace_id: index.toString(16).padStart(32, "0") }).interaction_id;

async function storeInteractions(rows: readonly (readonly [number, StoredChanges?])[]) {
  const objects = rows.map(([index, changes]) => storedInteraction(index, changes));
  await store.client.insert("calibrant.interactions", objects);
}

const lacking = async (since = 0, limit = 100, evaluators = names) => {
  const { pending } = await ledger.pending(evaluators, since, limit);
  return pending.map(({ interaction, missing }) => [interaction.interaction_id, missing] as const);
};

const order = async (since: number, limit: number) =>
  (await lacking(since, limit)).map(([id]) => id);

describe("pending", () => {
  it("is empty in an empty store, and tells the store's time", async () => {
    const { pending, storeTime } = await ledger.pending(names, 0, 10);
    expect(pending).toEqual([]);
    expect(Math.abs(storeTime - Date.now())).toBeLessThan(60_000);
  });

  it("gives the whole interaction back", async () => {
    const context = ["It's a \\ document", "{json: 'no'}"];
    await storeInteractions([
      [1, { context, input_tokens: 2 ** 40, cost_usd: null, user_id: "ü" }],
    ]);
    const { pending } = await ledger.pending(names, 0, 10);
    expect(pending).toEqual([
      {
        interaction: {
          ...pendingInteraction({ trace_id: "1".padStart(32, "0"), session_id: "s1" }),
          context,
          input_tokens: 2 ** 40,
          cost_usd: null,
          user_id: "ü",
          previous_output: "",
          material: expect.stringMatching(/^[1-9]\d*$/),
          tool_uses: [],
          tool_definitions: "",
          started_at: expect.any(Number),
          arrived_at: expect.any(Number),
        },
        revisedAt: expect.any(Number),
        missing: names,
      },
    ]);
  });

  it("names the evaluators that lack a line, whatever their outcome was", async () => {
    await storeInteractions([[1], [2], [3]]);
    await ledger.append([
      line(1),
      line(1, { evaluator: "relevance", outcome: "skipped", score: null, reason: "no output" }),
      line(2, { outcome: "failed", score: null, reason: "JUDGE_UNAVAILABLE: x" }),
      line(3, { evaluator: "another" }),
    ]);
    expect(await lacking()).toEqual([
      [idOf(2), ["relevance"]],
      [idOf(3), names],
    ]);
  });

  it("asks again about an interaction that has become another since it was evaluated", async () => {
    const asked = async () => {
      const { pending } = await ledger.pending(["refusal"], 0, 10);
      return pending.map(({ interaction }) => [interaction.output_text, interaction.material]);
    };
    await storeInteractions([[1, { output_text: "The first half" }]]);
    const [[, material = ""] = []] = await asked();
    await ledger.append([line(1, { material })]);
    expect(await asked()).toEqual([]);
    // A later revision that changes nothing that evaluators see.
    await storeInteractions([
      [1, { output_text: "The first half", input_tokens: 99, revision: 2 }],
    ]);
    expect(await asked()).toEqual([]);
    await storeInteractions([[1, { output_text: "The first half, and the rest", revision: 3 }]]);
    const [[text, changed = ""] = []] = await asked();
    expect(text).toBe("The first half, and the rest");
    expect(changed).not.toBe(material);
    await ledger.append([line(1, { material: changed })]);
    expect(await asked()).toEqual([]);
  });

  it("goes by the time of revision, from `since` on, and stops at the limit", async () => {
    const base = Date.now() - 10_000;
    await storeInteractions([
      [1, { revisedAt: base + 300 }],
      [2, { revisedAt: base + 100 }],
      [3, { revisedAt: base + 200 }],
      [4, { revisedAt: base }],
    ]);
    expect(await order(0, 10)).toEqual([4, 2, 3, 1].map(idOf));
    expect(await order(base + 100, 10)).toEqual([2, 3, 1].map(idOf));
    expect(await order(base, 2)).toEqual([4, 2].map(idOf));
    expect(await order(base + 301, 10)).toEqual([]);
  });

  it("looks past any number of answered ones", async () => {
    const count = 45_000;
    await store.client.command(
      `INSERT INTO calibrant.interactions
         (interaction_id, service_name, started_at, revised_at, revision, content_hash)
       SELECT concat('old-', toString(number)), 'shop', now64(3) - 3600,
              now64(3) - 3600 + number / 100, 1, ''
       FROM numbers(${count})`,
    );
    await store.client.command(
      `INSERT INTO calibrant.evaluations
         (evaluated_at, interaction_id, service_name, evaluator, kind, outcome, score, probability)
       SELECT now64(3) - 1800, concat('old-', toString(number)), 'shop', 'refusal', 'code', 'scored', 1, 1
       FROM numbers(${count})`,
    );
    await storeInteractions([[1]]);
    expect(await lacking(0, 5, ["refusal"])).toEqual([[idOf(1), ["refusal"]]]);
  });

  it("takes the newest of several revisions, once, and no notice of a revision that has its lines", async () => {
    const revisedAt = Date.now() - 5_000;
    await storeInteractions([
      [1, { revisedAt, revision: 1, output_text: "old" }],
      [1, { revisedAt: revisedAt + 1, revision: 2, output_text: "new" }],
    ]);
    const { pending } = await ledger.pending(names, 0, 10);
    expect(pending.map(({ interaction }) => interaction.output_text)).toEqual(["new"]);
    await ledger.append(names.map((evaluator) => line(1, { evaluator })));
    await storeInteractions([[1, { revision: 3, output_text: "newest" }]]);
    expect(await lacking()).toEqual([]);
  });

  it("finds the lines of an interaction that began long before, or by a clock that is fast", async () => {
    const now = Date.now();
    const old = now - 20 * 86_400_000;
    await storeInteractions([
      [1, { started_at: old }],
      [2, { started_at: now + 20 * 3_600_000 }],
    ]);
    await ledger.append(
      names.flatMap((evaluator) => [
        line(1, { evaluator, evaluated_at: old + 1_000 }),
        line(2, { evaluator, evaluated_at: now }),
      ]),
    );
    expect(await lacking()).toEqual([]);
  });

  it("brings the output of the turn before, of the same service and session", async () => {
    const at = Date.now() - 60_000;
    const turn = (seconds: number, changes: StoredChanges = {}): StoredChanges => ({
      session_id: "it's one \\ session",
      started_at: at + seconds * 1_000,
      output_text: `said at ${seconds}`,
      ...changes,
    });
    await storeInteractions([
      [1, turn(0)],
      [2, turn(10)],
      [2, turn(10, { revision: 2, output_text: "said better at 10" })],
      [3, turn(20)],
      [4, turn(15, { service_name: "other" })],
      [5, turn(16, { session_id: "" })],
      [6, turn(17, { session_id: "" })],
      [7, turn(-2 * 86_400)],
    ]);
    const { pending } = await ledger.pending(names, 0, 10);
    const previous = Object.fromEntries(
      pending.map(({ interaction }) => [interaction.interaction_id, interaction.previous_output]),
    );
    expect(previous).toEqual({
      [idOf(1)]: "",
      [idOf(2)]: "said at 0",
      [idOf(3)]: "said better at 10",
      [idOf(4)]: "",
      [idOf(5)]: "",
      [idOf(6)]: "",
      [idOf(7)]: "",
    });
  });

  it("cuts texts that no evaluator reads to the end", async () => {
    const output_text = "x".repeat(100_000);
    const context = Array.from({ length: 60 }, () => "y".repeat(60_000));
    await storeInteractions([[1, { output_text, context }]]);
    const { pending } = await ledger.pending(names, 0, 10);
    expect(pending[0]?.interaction.output_text).toBe(`${"x".repeat(50_000)}…`);
    expect(pending[0]?.interaction.context).toEqual(
      context.slice(0, 50).map(() => `${"y".repeat(50_000)}…`),
    );
  });

  it("reads in parts what the store refuses to answer at once", async () => {
    const rows = Array.from({ length: 10 }, (_, index) => [index] as const);
    await storeInteractions(rows);
    const small = createEvaluationLedger({
      ...store.client,
      query: async (sql, params, settings) => {
        const ids = sql.split("-b7ad6b7169203331'").length - 1;
        if (ids > 3 && sql.includes("input_text")) {
          throw new CalibrantError("STORE_REFUSED", "the result is too large");
        }
        return await store.client.query(sql, params, settings);
      },
    });
    const { pending } = await small.pending(names, 0, 100);
    expect(pending.map(({ interaction }) => interaction.interaction_id)).toEqual(
      rows.map(([index]) => idOf(index)),
    );
  });
});

describe("append", () => {
  it("stores every column as it is", async () => {
    const full = line(1, {
      evaluator: "relevance",
      kind: "llm",
      score: 0.5,
      label: "partly",
      explanation: "It's 'half' \\ right.",
      confidence: 0.25,
      probability: 1e-9,
      panel: true,
      stage: "cheap",
      model: "gpt-4o-mini-2024-07-18",
      cost_usd: 1.5e-7,
      input_tokens: 2 ** 40,
      output_tokens: 7,
    });
    await ledger.append([full]);
    const rows = await store.client.query<Record<string, unknown>>(
      `SELECT * EXCEPT written_at REPLACE (toUnixTimestamp64Milli(evaluated_at) AS evaluated_at)
       FROM calibrant.evaluations`,
    );
    const wide = new Set(["evaluated_at", "input_tokens", "output_tokens"]);
    const numbers = rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, wide.has(name) ? Number(value) : value]),
      ),
    );
    expect(numbers).toEqual([full]);
  });

  it("stores the same lines once, however often they are sent", async () => {
    const lines = [line(1), line(2, { evaluated_at: Date.now() - 40 * 86_400_000 })];
    for (let time = 0; time < 3; time++) await ledger.append(lines);
    await ledger.append([line(3)]);
    const [row] = await store.client.query("SELECT count() AS count FROM calibrant.evaluations");
    expect(row).toEqual({ count: "3" });
  });

  it.each([
    ["a score above 1", { score: 2 }],
    ["a score beside another outcome", { outcome: "failed" as const }],
    ["a probability of 0", { probability: 0 }],
  ])("refuses %s", async (_what, changes) => {
    await expect(ledger.append([line(1, changes)])).rejects.toMatchObject({
      code: "STORE_REFUSED",
      retryable: false,
    });
  });
});

describe("usage", () => {
  it("adds up what judges did, by evaluator and step", async () => {
    const hour = 3_600_000;
    const start = Math.floor(Date.now() / hour) * hour - 5 * hour;
    const judged = { kind: "llm", evaluator: "relevance" } as const;
    const none = { score: null, cost_usd: null } as const;
    expect(await ledger.usage(start, start + 2 * hour, hour)).toEqual([]);
    await ledger.append([
      line(1, { ...judged, cost_usd: 0.25, evaluated_at: start }),
      line(2, { ...judged, cost_usd: 0.5, evaluated_at: start + hour - 1 }),
      line(3, { ...judged, cost_usd: 4, evaluated_at: start - 1 }),
      line(4, { ...judged, ...none, outcome: "failed", evaluated_at: start + 1 }),
      line(5, { ...judged, ...none, outcome: "sampled_out", evaluated_at: start + 2 }),
      line(6, { ...judged, ...none, outcome: "over_budget", evaluated_at: start + hour }),
      line(7, { ...judged, ...none, outcome: "skipped", evaluated_at: start + 3 }),
      line(8, { ...judged, kind: "canary", cost_usd: 1, evaluated_at: start + hour }),
      line(9, { kind: "code", evaluated_at: start }),
      line(10, { ...judged, cost_usd: 8, evaluated_at: start + 2 * hour }),
    ]);
    const found = await ledger.usage(start, start + 2 * hour, hour);
    expect(found.toSorted((a, b) => a.at - b.at)).toEqual([
      {
        evaluator: "relevance",
        at: start,
        eligible: 4,
        verdicts: 3,
        cost_usd: 0.75,
        unknown_cost: 1,
      },
      {
        evaluator: "relevance",
        at: start + hour,
        eligible: 1,
        verdicts: 1,
        cost_usd: 1,
        unknown_cost: 0,
      },
    ]);
    const fine = await ledger.usage(start, start + hour, hour / 12);
    expect(fine.map(({ at }) => at - start).toSorted((a, b) => a - b)).toEqual([
      0,
      (hour / 12) * 11,
    ]);
  });
});
