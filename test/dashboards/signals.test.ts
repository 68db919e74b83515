import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expandMacros } from "#dashboards/macros.js";
import { highestPlausibleScore } from "#dashboards/signals/alerts.js";
import { coverage, outcomesOverTime } from "#dashboards/signals/coverage.js";
import { newestLines } from "#dashboards/signals/ledger.js";
import { qualityByRelease, scoreOf } from "#dashboards/signals/quality.js";
import { choices, releaseStarts } from "#dashboards/signals/releases.js";
import { interactions, worstInteractions } from "#dashboards/signals/traffic.js";
import { qualityThreshold } from "#dashboards/thresholds.js";
import { allChoices, bad, readPanel, writeLines, type Line } from "../support/dashboard-lines.js";
import { startDashboardStore, type DashboardStore } from "../support/dashboard-store.js";
import { sum } from "./plain-estimate.js";

let data: DashboardStore;
beforeAll(async () => {
  data = await startDashboardStore();
});
afterAll(async () => {
  await data.store.stop();
});

const read = (sql: string, hours?: number) => readPanel(data, sql, hours);
const write = (service: string, lines: readonly Line[]) => writeLines(data, service, lines);

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
  const variables = allChoices;
  const expanded = expandMacros(sql, { from, to, intervalSeconds: 600, variables });
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
