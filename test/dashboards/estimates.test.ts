import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { estimates } from "#dashboards/signals/estimate.js";
import { newestLines } from "#dashboards/signals/ledger.js";
import { scoreOf } from "#dashboards/signals/quality.js";
import { many, readPanel, writeLines, type Line, type Row } from "../support/dashboard-lines.js";
import { startDashboardStore, type DashboardStore } from "../support/dashboard-store.js";
import { randomNumbers } from "../support/random-numbers.js";
import { plainEstimate } from "./plain-estimate.js";

let data: DashboardStore;
beforeAll(async () => {
  data = await startDashboardStore();
});
afterAll(async () => {
  await data.store.stop();
});

const read = (sql: string, hours?: number) => readPanel(data, sql, hours);
const write = (service: string, lines: readonly Line[]) => writeLines(data, service, lines);

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
