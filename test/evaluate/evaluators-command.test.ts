import { rm, mkdtemp, writeFile, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { forecastMonth } from "#processor/evaluate/sampling/month-forecast.js";
import { createEvaluationLedger } from "#processor/store/evaluation-ledger.js";
import { runCommand } from "../support/run-command.js";
import { startTestStore, type TestStore } from "../support/store.js";
import { ledgerLine } from "../support/ledger-line.js";

let store: TestStore;
let folder: string;
let configFile: string;

beforeAll(async () => {
  store = await startTestStore();
  folder = await mkdtemp(join(tmpdir(), "calibrant-evaluators-"));
  configFile = join(folder, "calibrant.yaml");
  await mkdir(folder, { recursive: true });
  const { username, password } = store.credentials;
  await writeFile(
    configFile,
    `exporters: { clickhouse: { url: "${store.url}", username: "${username}", password: "${password}" } }
processors: { evaluate: { budget: { monthly_usd: 40 }, evaluators: { relevance: { budget: { daily_usd: 2 } } } } }
`,
  );
});
afterAll(async () => {
  await store.stop();
  await rm(folder, { recursive: true, force: true });
});

const run = (...words: string[]) => runCommand("evaluators", "--config", configFile, ...words);

describe("calibrant evaluators", () => {
  it("says that nobody has answered yet", async () => {
    const outcome = await run();
    expect(outcome).toMatchObject({ code: 0, output: "no evaluator has answered in these days\n" });
  }, 60_000);

  it("counts outcomes and money, as a table and as JSON", async () => {
    const judged = { evaluator: "relevance", kind: "llm" } as const;
    const none = { score: null, cost_usd: null } as const;
    await createEvaluationLedger(store.client).append([
      ledgerLine(1, { ...judged, cost_usd: 0.5 }),
      ledgerLine(2, { ...judged, cost_usd: 0.25 }),
      ledgerLine(3, { ...judged, ...none, outcome: "failed", reason: "x" }),
      ledgerLine(4, { ...judged, ...none, outcome: "sampled_out" }),
      ledgerLine(5, { ...judged, ...none, outcome: "over_budget" }),
      ledgerLine(6, { ...judged, ...none, outcome: "skipped", reason: "not eligible: service" }),
      ledgerLine(1),
    ]);
    const outcome = await run("--json", "--days", "2");
    expect(outcome.code).toBe(0);
    expect(JSON.parse(outcome.output)).toMatchObject({
      evaluators: [
        { evaluator: "refusal", eligible: 1, scored: 1, spent_month_usd: 0, mean_cost_usd: null },
        {
          evaluator: "relevance",
          eligible: 5,
          scored: 2,
          failed: 1,
          sampled_out: 1,
          over_budget: 1,
          not_eligible: 1,
          mean_cost_usd: 0.25,
          unknown_cost: 1,
          spent_month_usd: 0.75,
          daily_budget_usd: 2,
          monthly_budget_usd: null,
        },
      ],
      all: { spent_month_usd: 0.75, monthly_budget_usd: 40 },
    });
    const table = await run();
    expect(table.output).toMatch(/relevance\W+5\W+2\W+1\W+1\W+0\W+1\W+\$0\.25/);
    expect((await run("--days", "0")).code).toBe(2);
  }, 60_000);
});

describe("the forecast of a month", () => {
  const day = 86_400_000;
  const now = Date.UTC(2026, 10, 21);
  const daily = (costs: readonly number[]) =>
    new Map(costs.map((cost, index) => [now - (costs.length - index) * day, cost]));

  it("goes on as the complete days were, with an interval for how they differ", () => {
    const found = forecastMonth(daily([9, 1, 2, 3, 2]), 30, null, now);
    expect(found.estimate).toBeCloseTo(30 + 2 * 10, 9);
    const half = 1.96 * Math.sqrt(2 / 3) * Math.sqrt(10 + 100 / 4);
    expect(found.upper).toBeCloseTo(50 + half, 3);
    expect(found.lower).toBeCloseTo(50 - half, 3);
  });

  it("stays between what is spent and the budget, and has no interval without days", () => {
    expect(forecastMonth(daily([9, 1, 2, 3, 2]), 30, 40, now)).toMatchObject({
      estimate: 40,
      upper: 40,
    });
    expect(forecastMonth(new Map(), 0, null, now)).toEqual({
      estimate: 0,
      lower: null,
      upper: null,
    });
  });
});
