import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { artifacts } from "#dashboards/artifacts.js";
import type { DashboardJson } from "#dashboards/dashboard-json.js";
import { lintInput } from "#dashboards/lint/lint-input.js";
import { lint } from "#dashboards/lint/lint.js";
import type { QueryResult, QueryRunner } from "#dashboards/query-result.js";
import { contactPointFaults, ruleFaults } from "./alert-faults.js";
import { dashboardFaults } from "./dashboard-faults.js";
import { startDashboardStore, type DashboardStore } from "../support/dashboard-store.js";

const root = new URL("../../", import.meta.url);
const exists = (path: string): boolean =>
  path !== "" && existsSync(fileURLToPath(new URL(path, root)));

const overview = "json/quality-overview.json";
const alert = "provisioning/alerting/quality.yaml";
const contacts = "provisioning/alerting/contact-points.yaml";

let data: DashboardStore;
let runner: QueryRunner;
beforeAll(async () => {
  data = await startDashboardStore();
  runner = remembering(data.runner);
});
afterAll(async () => {
  await data.store.stop();
});

const messagesOf = async (files: ReadonlyMap<string, string>): Promise<readonly string[]> => {
  const findings = await lint(lintInput(files, exists), runner, data.range);
  return findings.map(({ place, message }) => `${place}: ${message}`);
};

/** Runs each statement once: a fault changes one query, and the others stay as they were. */
function remembering(store: QueryRunner): QueryRunner {
  const results = new Map<string, Promise<QueryResult>>();
  return {
    run: async (sql) => {
      const result = results.get(sql) ?? store.run(sql);
      results.set(sql, result);
      return await result;
    },
  };
}

/** The files with a few panels only, so that the queries of the others are not run again. */
function fewPanels(): Map<string, string> {
  const files = new Map(artifacts());
  const dashboard = JSON.parse(files.get(overview) ?? "") as DashboardJson;
  const panels = dashboard.panels.filter(({ id }) => [2, 6, 20, 27].includes(id));
  return files.set(overview, JSON.stringify({ ...dashboard, panels }, null, 2));
}

const faults = [
  ...dashboardFaults.map((fault) => ({ ...fault, file: overview })),
  ...ruleFaults.map((fault) => ({ ...fault, file: alert })),
  ...contactPointFaults.map((fault) => ({ ...fault, file: contacts })),
];

describe("lint of dashboards and alerts", () => {
  it("finds nothing in what is committed", async () => {
    expect(await messagesOf(artifacts())).toEqual([]);
  });

  it("finds nothing in the part that the faults are planted in", async () => {
    expect(await messagesOf(fewPanels())).toEqual([]);
  });

  it.each(faults)("finds $name", async ({ file, from, to, finds }) => {
    const files = fewPanels();
    const text = files.get(file) ?? "";
    const broken = text.replace(from, to);
    expect(broken, "the fault is planted").not.toBe(text);
    expect((await messagesOf(files.set(file, broken))).join("\n")).toContain(finds);
  });

  it("finds a uid that two dashboards have", async () => {
    const files = fewPanels();
    files.set("json/copy.json", files.get(overview) ?? "");
    expect(await messagesOf(files)).toContain(
      "dashboards: two dashboards have the uid calibrant-quality-overview",
    );
  });
});
