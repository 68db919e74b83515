import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expandMacros } from "#dashboards/macros.js";
import type { Cell } from "#dashboards/query-result.js";
import { highestPlausibleScore } from "#dashboards/signals/alerts.js";
import { coverage, outcomesOverTime } from "#dashboards/signals/coverage.js";
import { estimates } from "#dashboards/signals/estimate.js";
import { newestLines } from "#dashboards/signals/ledger.js";
import { qualityByRelease, scoreOf } from "#dashboards/signals/quality.js";
import { choices, releaseStarts } from "#dashboards/signals/releases.js";
import { interactions, worstInteractions } from "#dashboards/signals/traffic.js";
import { qualityThreshold } from "#dashboards/thresholds.js";
import { randomNumbers } from "../support/random-numbers.js";
import { startDashboardStore, type DashboardStore } from "../support/dashboard-store.js";
import { plainEstimate, sum } from "./plain-estimate.js";

let data: DashboardStore;
beforeAll(async () => {
  data = await startDashboardStore();
});
afterAll(async () => {
  await data.store.stop();
});

type Row = Readonly<Record<string, Cell>>;

const all = new Map(
  ["service", "environment", "release", "feature"].map((name) => [name, { values: [], all: true }]),
);

async function read(sql: string, hours = 6): Promise<readonly Row[]> {
  const { to } = data.range;
  const context = { from: to - hours * 3_600_000, to, intervalSeconds: 600, variables: all };
  const { columns, rows } = await data.runner.run(expandMacros(sql, context));
  return rows.map((row) =>
    Object.fromEntries(columns.map(({ name }, index) => [name, row[index] ?? null])),
  );
}

interface Line {
  readonly id: string;
  readonly score: number | null;
  readonly probability: number;
  /** Minutes before the end of the range at which it was evaluated. */
  readonly minutes?: number;
  /** Empty unless given: a conversation of its own. */
  readonly session?: string;
  readonly subject?: string;
}

/** Interactions of a service of their own and lines of one judge about them. */
async function write(service: string, lines: readonly Line[]): Promise<void> {
  const at = (minutes: number): string =>
    new Date(data.range.to - minutes * 60_000).toISOString().slice(0, 23).replace("T", " ");
  const sessions = new Map(lines.map(({ id, session = "" }) => [id, session]));
  await data.store.client.insert(
    "calibrant.interactions",
    [...sessions].map(([id, session_id]) => ({
      interaction_id: `${service}-${id}`,
      session_id,
      service_name: service,
      feature: "one",
      release: "1",
      started_at: at(30),
      status: "ok",
      content_hash: "0".repeat(64),
    })),
  );
  await data.store.client.insert(
    "calibrant.evaluations",
    lines.map(({ id, score, probability, minutes = 20, subject = "interaction" }) => ({
      interaction_id: `${service}-${id}`,
      service_name: service,
      evaluator: `judge of ${service}`,
      kind: "llm",
      subject,
      outcome: score === null ? "failed" : "scored",
      score,
      probability,
      evaluated_at: at(minutes),
    })),
  );
}

const many = (count: number, line: (index: number) => Omit<Line, "id">): readonly Line[] =>
  Array.from({ length: count }, (_unused, index) => ({ id: String(index), ...line(index) }));

/** Answers that all failed. */
const bad = (count: number): readonly Line[] => many(count, () => ({ score: 0, probability: 1 }));

const estimateOf = async (service: string): Promise<Row | undefined> =>
  (await read(estimates({ by: ["evaluator"], where: [`service_name = '${service}'`] })))[0];

async function width(service: string): Promise<number> {
  const row = await estimateOf(service);
  return Number(row?.["high"]) - Number(row?.["low"]);
}

/** Two rests of one conversation and one of another. */
const rests = (subject: string): readonly Line[] => [
  { id: "a", score: 0, probability: 1, minutes: 20, session: "s", subject },
  { id: "b", score: 1, probability: 1, minutes: 10, session: "s", subject },
  { id: "c", score: 0, probability: 1, minutes: 15, session: "t", subject },
];

describe("estimates of quality", () => {
  it("are the weighted mean and the interval of the formula", async () => {
    const values = ["outcome", "score", "probability", "conversation"];
    const rows = await read(newestLines({ values, where: ["evaluator = 'groundedness'"] }));
    const scored = rows
      .filter(({ outcome }) => outcome === "scored")
      .map(({ score, probability, conversation }) => ({
        score: Number(score),
        probability: Number(probability),
        conversation: String(conversation),
      }));
    expect(scored.length).toBeGreaterThan(500);
    const [row] = await read(scoreOf("groundedness"));
    const { mean, low, high } = plainEstimate(scored);
    expect(row?.["score"]).toBeCloseTo(mean, 9);
    expect(row?.["low"]).toBeCloseTo(low, 5);
    expect(row?.["high"]).toBeCloseTo(high, 5);
  });

  it("undo an oversampled stratum", async () => {
    // 100 of 1000 answers are risky, bad and all judged; of the good ones every tenth is judged.
    await write("strata", [
      ...many(100, () => ({ score: 0, probability: 1 })),
      ...many(90, () => ({ score: 1, probability: 0.1 })).map((line) => ({
        ...line,
        id: `g${line.id}`,
      })),
    ]);
    const row = await estimateOf("strata");
    expect(row).toMatchObject({ scores: 190 });
    expect(row?.["mean"]).toBeCloseTo(0.9, 9);
    const plain = plainEstimate(
      [
        ...many(100, () => ({ score: 0, probability: 1 })),
        ...many(90, () => ({ score: 1, probability: 0.1 })),
      ].map(({ score, probability }) => ({ score: score ?? 0, probability })),
    );
    expect(row?.["low"]).toBeCloseTo(plain.low, 5);
  });

  it("hold the truth on 95% of the days, though turns of a conversation are alike", async () => {
    const days = 300;
    const random = randomNumbers(11);
    const turns: Line[] = [];
    const alone: Line[] = [];
    const judged = { probability: 0.3, minutes: 20 };
    for (let day = 0; day < days; day++) {
      for (let session = 0; session < 300; session++) {
        const good = random.uniform() < 0.7;
        if (random.uniform() >= judged.probability) continue;
        for (let turn = 0; turn < 3; turn++) {
          const score = random.uniform() < 0.9 === good ? 1 : 0;
          const id = `${day}-${session}-${turn}`;
          const line = { id, score, ...judged, session: `${day}-${session}` };
          turns.push(line);
          if (turn === 0) alone.push({ ...line, session: "" });
        }
      }
    }
    await write("days of turns", turns);
    await write("days alone", alone);
    const truth = 0.7 * 0.9 + 0.3 * 0.1;
    for (const service of ["days of turns", "days alone"]) {
      const by = "splitByChar('-', interaction_id)[2] AS day";
      const estimated = await read(
        estimates({
          by: [by],
          columns: ["interaction_id"],
          where: [`service_name = '${service}'`],
        }),
      );
      expect(estimated).toHaveLength(days);
      const held = estimated.filter(
        ({ low, high }) => Number(low) <= truth && truth <= Number(high),
      ).length;
      expect(held / days).toBeGreaterThanOrEqual(0.93);
      expect(held / days).toBeLessThan(0.98);
    }
  });

  it("count equal turns of a conversation as one", async () => {
    const scores = many(40, (index) => ({ score: index % 4 === 0 ? 0 : 1, probability: 0.5 }));
    await write("single", scores);
    await write(
      "tripled",
      [0, 1, 2].flatMap((turn) =>
        scores.map((line) => ({ ...line, id: `${line.id}-${turn}`, session: `t${line.id}` })),
      ),
    );
    const single = await estimateOf("single");
    const tripled = await estimateOf("tripled");
    expect(tripled).toMatchObject({ scores: 120, mean: single?.["mean"] });
    expect(tripled?.["low"]).toBeCloseTo(Number(single?.["low"]), 9);
    expect(tripled?.["high"]).toBeCloseTo(Number(single?.["high"]), 9);
  });

  it("are not certain when every score is the same", async () => {
    await write(
      "perfect",
      many(30, () => ({ score: 1, probability: 1 })),
    );
    const row = await estimateOf("perfect");
    expect(row).toMatchObject({ mean: 1, high: 1 });
    expect(row?.["low"]).toBeCloseTo(30 / (30 + 1.96 ** 2), 5);
    await write("lonely", [{ id: "0", score: 0.8, probability: 1 }]);
    const lonely = await estimateOf("lonely");
    expect(Number(lonely?.["low"])).toBeLessThan(0.35);
    expect(Number(lonely?.["high"])).toBeLessThanOrEqual(1);
  });

  it("narrow where scores spread less than yes and no would", async () => {
    await write(
      "graded",
      many(50, (index) => ({ score: index % 2 === 0 ? 0.7 : 0.8, probability: 1 })),
    );
    await write(
      "binary",
      many(48, (index) => ({ score: index % 4 === 0 ? 0 : 1, probability: 1 })),
    );
    expect(await width("graded")).toBeLessThan((await width("binary")) / 3);
  });

  it("count an interaction once, by its newest line", async () => {
    await write("again", [
      { id: "a", score: 0, probability: 1, minutes: 20 },
      { id: "a", score: 1, probability: 1, minutes: 10 },
      { id: "b", score: 1, probability: 1 },
      { id: "b", score: 1, probability: 1 },
      { id: "c", score: 1, probability: 1, minutes: 20 },
      { id: "c", score: null, probability: 1, minutes: 10 },
    ]);
    expect(await estimateOf("again")).toMatchObject({ scores: 2, mean: 1 });
    expect(await read(newestLines({ where: ["service_name = 'again'"] }))).toHaveLength(3);
  });

  it("count a conversation once, however often it rested, and its turns one by one", async () => {
    await write("rests", rests("conversation"));
    await write("turns", rests("interaction"));
    expect(await estimateOf("rests")).toMatchObject({ scores: 2, mean: 0.5 });
    expect((await estimateOf("turns"))?.["scores"]).toBe(3);
    const where = ["service_name = 'rests'"];
    const newest = await read(newestLines({ where, values: ["interaction_id"] }));
    expect(newest.map(({ interaction_id: id }) => String(id)).toSorted()).toEqual([
      "rests-b",
      "rests-c",
    ]);
  });
});

describe("the ledger on the dashboard", () => {
  it("accounts for every line", async () => {
    const counted = await read(outcomesOverTime);
    const total = sum(
      counted.flatMap(({ time: _time, ...outcomes }) => Object.values(outcomes).map(Number)),
    );
    const lines = await read(newestLines({ values: ["outcome"] }));
    expect(total).toBe(lines.length);
    const [share] = await read(coverage);
    const scored = lines.filter(({ outcome }) => outcome === "scored").length;
    expect(share?.["coverage"]).toBeCloseTo(scored / lines.length, 9);
  });

  it("shows which feature got worse with which release, and no other", async () => {
    const rows = await read(qualityByRelease);
    const shop = rows.filter(({ service }) => service === "shop-assistant");
    expect(
      shop.map(({ feature, release, verdict }) => `${feature} ${release}: ${verdict}`),
    ).toEqual([
      "order-status 2.3.0: first in range",
      "order-status 2.4.0: no clear change",
      "product-search 2.3.0: first in range",
      "product-search 2.4.0: no clear change",
      "refunds 2.3.0: first in range",
      "refunds 2.4.0: worse",
    ]);
    const worse = shop.at(-1);
    expect(worse?.["change_by"]).toBeCloseTo(
      Number(worse?.["quality"]) - Number(shop.at(-2)?.["quality"]),
      9,
    );
    expect(shop.filter(({ change_by: change }) => change === null)).toHaveLength(3);
  });

  it("lists each of the worst interactions once, the lowest score first", async () => {
    const rows = await read(worstInteractions);
    expect(rows).toHaveLength(20);
    expect(new Set(rows.map(({ interaction }) => interaction)).size).toBe(20);
    expect(rows.every(({ score }) => score === 0)).toBe(true);
  });
});

describe("the alert of low quality", () => {
  it("fires for the feature that got worse and stays silent for the rest", async () => {
    const rows = await read(highestPlausibleScore, 1);
    const below = rows.filter(({ high }) => Number(high) < qualityThreshold.low);
    expect(
      below.map(({ service, feature, evaluator }) => `${service} ${feature} ${evaluator}`),
    ).toContain("shop-assistant refunds groundedness");
    expect(
      below.filter(({ service, feature }) => service === "shop-assistant" && feature !== "refunds"),
    ).toEqual([]);
    expect(rows.map(({ feature }) => feature)).toContain("product-search");
  });

  it("says nothing about few scores, however bad", async () => {
    await write("few", bad(qualityThreshold.minimumScores - 1));
    await write("enough", bad(qualityThreshold.minimumScores));
    const services = (await read(highestPlausibleScore, 1)).map(({ service }) => service);
    expect(services).toContain("enough");
    expect(services).not.toContain("few");
  });
});

describe("releases", () => {
  it("are marked where they began", async () => {
    const marks = await read(releaseStarts);
    expect(marks.map(({ text }) => text)).toContain("shop-assistant 2.4.0");
    const [first] = await read(
      "SELECT min(started_at) AS first FROM calibrant.v_interactions WHERE release = '2.4.0'",
    );
    expect(marks.find(({ text }) => text === "shop-assistant 2.4.0")?.["time"]).toBe(
      first?.["first"],
    );
  });

  it("are choices, the unnamed one excepted", async () => {
    expect((await read(choices("feature"))).map(({ feature }) => feature)).toEqual(
      expect.arrayContaining(["answers", "order-status", "product-search", "refunds"]),
    );
  });
});

/** Parts that are read of those that there are, by table. */
async function partsRead(sql: string): Promise<ReadonlyMap<string, readonly [number, number]>> {
  const { from, to } = data.range;
  const expanded = expandMacros(sql, { from, to, intervalSeconds: 600, variables: all });
  const { rows } = await data.runner.run(`EXPLAIN indexes = 1 ${expanded}`);
  const parts = new Map<string, readonly [number, number]>();
  let table = "";
  for (const [cell] of rows) {
    const text = String(cell);
    table = /ReadFromMergeTree \((\S+)\)/.exec(text)?.[1] ?? table;
    const match = /Parts: (\d+)\/(\d+)/.exec(text);
    if (match !== null && !parts.has(table)) parts.set(table, [Number(match[1]), Number(match[2])]);
  }
  return parts;
}

describe("the views behind the dashboards", () => {
  it("read no months outside the range, of interactions and of the ledger", async () => {
    for (const months of [2, 3, 4]) {
      const time = `subtractMonths(fromUnixTimestamp64Milli(toInt64(${data.range.to})), ${months})`;
      await data.store.client.command(
        `INSERT INTO calibrant.interactions (interaction_id, service_name, started_at, content_hash)
         SELECT concat('old-', toString(number)), 'old', ${time}, repeat('0', 64) FROM numbers(100)`,
      );
      await data.store.client.command(
        `INSERT INTO calibrant.evaluations (interaction_id, service_name, evaluator, kind, outcome, score, probability, evaluated_at)
         SELECT concat('old-', toString(number)), 'old', 'relevance', 'llm', 'scored', 1, 1, ${time} FROM numbers(100)`,
      );
    }
    const ledger = await partsRead(scoreOf("relevance"));
    for (const table of ["calibrant.interactions", "calibrant.evaluations"]) {
      const [needed, present] = ledger.get(table) ?? [0, 0];
      expect(present).toBeGreaterThanOrEqual(needed + 3);
    }
    const [needed, present] = (await partsRead(interactions)).get("calibrant.interactions") ?? [
      0, 0,
    ];
    expect(present).toBeGreaterThanOrEqual(needed + 3);
  });
});
