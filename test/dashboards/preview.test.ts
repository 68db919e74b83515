import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { DashboardJson, PanelJson } from "#dashboards/dashboard-json.js";
import { drawPage } from "#dashboards/preview/draw-page.js";
import { layOut } from "#dashboards/preview/layout.js";
import { loadDashboard, type LoadedDashboard } from "#dashboards/preview/load-dashboard.js";
import { timeScale, valueScale } from "#dashboards/preview/scales.js";
import { formatNumber, readDuration, roundInterval } from "#dashboards/preview/units.js";
import { httpRunner } from "#dashboards/query-result.js";
import { startDashboardStore } from "../support/dashboard-store.js";
import { withStore } from "../support/store.js";

const root = fileURLToPath(new URL("../../dashboards/", import.meta.url));
const overview = JSON.parse(
  readFileSync(path.join(root, "json/quality-overview.json"), "utf8"),
) as DashboardJson;

const panel = (id: number, x: number, y: number, w: number, h: number, more = {}): PanelJson => ({
  id,
  type: "stat",
  gridPos: { x, y, w, h },
  ...more,
});

describe("layout of the preview", () => {
  it("repeats a panel for each value and moves what is below down", () => {
    const panels = [
      panel(1, 0, 0, 24, 4, { repeat: "judge", maxPerRow: 2 }),
      panel(2, 0, 4, 12, 3),
      panel(3, 12, 4, 12, 3),
    ];
    const variables = new Map([["judge", { values: ["a", "b", "c"], all: true }]]);
    const placed = layOut(panels, variables).map(({ panel: { id }, gridPos, variables: own }) => [
      id,
      gridPos,
      own.get("judge")?.values.join(),
    ]);
    expect(placed).toEqual([
      [1, { x: 0, y: 0, w: 12, h: 4 }, "a"],
      [1, { x: 12, y: 0, w: 12, h: 4 }, "b"],
      [1, { x: 0, y: 4, w: 12, h: 4 }, "c"],
      [2, { x: 0, y: 8, w: 12, h: 3 }, "a,b,c"],
      [3, { x: 12, y: 8, w: 12, h: 3 }, "a,b,c"],
    ]);
  });
});

describe("numbers of the preview", () => {
  it.each([
    [0.6000000000000001, "percentunit", undefined, "60%"],
    [0.8765, "percentunit", 1, "87.7%"],
    [-0.289, "percentunit", 1, "-28.9%"],
    [1234, "short", 0, "1,234"],
    [12_345, "short", 0, "12.3 K"],
    [2_500_000, "short", undefined, "2.5 Mil"],
    [3154.8, "ms", 2, "3.15 s"],
    [950, "ms", undefined, "950 ms"],
    [3.1, "currencyUSD", 2, "$3.10"],
  ])("writes %d in %s", (value, unit, decimals, text) => {
    expect(formatNumber(value, unit, decimals)).toBe(text);
  });

  it("reads durations and rounds intervals", () => {
    expect(["90s", "5m", "6h", "2d", "soon"].map(readDuration)).toEqual([
      90,
      300,
      21_600,
      172_800,
      undefined,
    ]);
    expect([360, 0.3, 8, 500, 9e9].map(roundInterval)).toEqual([300, 1, 10, 600, 604_800]);
  });

  it("puts ticks within the ends of a scale", () => {
    const shares = valueScale([0.5, 0.97], { max: 1, softLow: 0.4 }, 100, 0);
    expect([shares.low, shares.high, shares.place(1)]).toEqual([0.4, 1, 0]);
    expect(valueScale([-3, 9], { softLow: 0 }, 100, 0)).toMatchObject({ low: -5, high: 10 });
    expect(valueScale([0, 0], { softLow: 0 }, 100, 0).ticks.length).toBeLessThan(20);
    const times = timeScale(0, 6 * 3_600_000, 0, 450);
    expect(times.ticks.every((tick) => tick % 3_600_000 === 0)).toBe(true);
  });
});

const drawnPanels = (page: string): number => page.match(/<section /g)?.length ?? 0;
const failures = (loaded: LoadedDashboard): readonly string[] =>
  loaded.panels.flatMap(({ failure }) => (failure === undefined ? [] : [failure]));

describe("picture of the dashboard", () => {
  it("draws every panel from the data, and is written by the command", async () => {
    const { store, runner, range } = await startDashboardStore();
    const directory = await mkdtemp(path.join(os.tmpdir(), "calibrant-picture-"));
    try {
      const loaded = await loadDashboard(overview, runner, range);
      expect(failures(loaded)).toEqual([]);
      const page = drawPage(loaded);
      expect(drawnPanels(page)).toBe(
        overview.panels.filter(({ type }) => type !== "row").length + 1,
      );
      expect(page).not.toContain('class="empty"');
      expect(page).not.toMatch(/NaN|undefined|Infinity/);
      expect(page).toContain("preview: Grafana stays the reference");
      expect(page).toContain("shop-assistant 2.4.0");
      expect(page).toContain('href="http://127.0.0.1:8080/interactions/');

      const file = path.join(directory, "picture.html");
      const command = spawnSync(
        process.execPath,
        [path.join(root, "dist/picture.js"), "--url", store.url, "--out", file],
        { encoding: "utf8" },
      );
      expect(command.stderr).toBe("");
      expect(drawnPanels(readFileSync(file, "utf8"))).toBe(drawnPanels(page));
    } finally {
      await rm(directory, { recursive: true, force: true });
      await store.stop();
    }
  });

  it("says what is missing on an empty store", async () => {
    await withStore(async ({ url }) => {
      const to = Date.now();
      const loaded = await loadDashboard(overview, httpRunner(url), { from: to - 3_600_000, to });
      expect(failures(loaded)).toEqual([]);
      const page = drawPage(loaded);
      for (const text of [
        "no judge scores",
        "no scores",
        "no thumbs",
        "no price known",
        "no feedback in range",
      ]) {
        expect(page).toContain(text);
      }
      expect(page).not.toMatch(/NaN|undefined|Infinity/);
    });
  });

  it("shows a failed query in its place, and texts of users as texts", async () => {
    const hostile = "<script>alert(1)</script>\"'&";
    const dashboard: DashboardJson = {
      ...overview,
      templating: { list: [{ name: "web_url", type: "textbox", query: "javascript:alert(1)" }] },
      annotations: { list: [] },
      panels: [
        panel(1, 0, 0, 12, 4, { title: hostile, targets: [{ refId: "A", rawSql: "fail" }] }),
        {
          ...panel(2, 12, 0, 12, 4, { targets: [{ refId: "A", rawSql: "SELECT" }] }),
          type: "table",
          fieldConfig: {
            defaults: { links: [{ title: "x", url: "${web_url}/${__value.raw}" }] },
            overrides: [],
          },
        },
      ],
    };
    const store = {
      run: async (sql: string) => {
        if (sql === "fail") throw new Error(`no table ${hostile}`);
        return { columns: [{ name: hostile, type: "String" }], rows: [[hostile]] };
      },
    };
    const page = drawPage(await loadDashboard(dashboard, store, { from: 0, to: 1000 }));
    expect(page).toContain("no table &lt;script&gt;");
    expect(page).not.toContain("<script");
    expect(page).not.toContain('href="javascript');
  });

  it("explains how it is called", () => {
    const { status, stderr } = spawnSync(process.execPath, [path.join(root, "dist/picture.js")], {
      encoding: "utf8",
    });
    expect(status).toBe(2);
    expect(stderr).toContain("--url");
  });
});
