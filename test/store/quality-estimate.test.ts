import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createEvaluationLedger } from "#processor/store/evaluation-ledger.js";
import { createQualityDefinitions } from "#processor/store/quality-definitions.js";
import { ledgerLine } from "../support/ledger-line.js";
import { startTestStore, type TestStore } from "../support/store.js";
import { storedInteraction } from "../support/stored-interaction.js";

const page = readFileSync(new URL("../../docs/quality.md", import.meta.url), "utf8");
const documented = /```sql\n(.*?)```/s.exec(page)?.[1] ?? "";
const interactions = 400;

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore();
  await createQualityDefinitions(store.client).define([
    { part: "relevance", weight: 3, veto_below: null },
    { part: "helpfulness", weight: 1, veto_below: null },
    { part: "safety", weight: 0, veto_below: 0.5 },
  ]);
  await store.client.insert(
    "calibrant.interactions",
    Array.from({ length: interactions }, (_, index) =>
      storedInteraction(index, { feature: "search" }),
    ),
  );
});
beforeEach(() => store.client.command("TRUNCATE TABLE calibrant.evaluations"));
afterAll(() => store.stop());

/** Relevance is always 1; a quarter of the answers is helpful; all are safe. */
async function judge(samples: Readonly<Record<"relevance" | "helpfulness", number>>) {
  const drawn = (["relevance", "helpfulness"] as const).flatMap((evaluator) =>
    Array.from({ length: interactions }, (_, index) => index)
      .filter((index) => index < samples[evaluator] * interactions)
      .map((index) => {
        const score = evaluator === "relevance" || index % 4 === 0 ? 1 : 0;
        return ledgerLine(index, {
          evaluator,
          kind: "llm",
          score,
          probability: samples[evaluator],
        });
      }),
  );
  const safe = ledgerLine(0, { evaluator: "safety", kind: "llm" });
  await createEvaluationLedger(store.client).append([...drawn, safe]);
}

const overRows = async (): Promise<number | undefined> => {
  const [row] = await store.client.query<{ quality: number }>(
    `SELECT sum(v.quality / v.probability) / sum(1 / v.probability) AS quality
     FROM calibrant.v_quality AS v WHERE v.quality IS NOT NULL`,
  );
  return row?.quality;
};

describe("the estimate of docs/quality.md", () => {
  it.each([
    { relevance: 1, helpfulness: 1 },
    { relevance: 0.5, helpfulness: 0.1 },
    { relevance: 0.2, helpfulness: 0.8 },
  ])("is the same whatever share of each part was judged: %o", async (samples) => {
    await judge(samples);
    const rows = await store.client.query<{ feature: string; quality: number }>(documented);
    expect(rows).toEqual([
      { feature: "search", quality: expect.closeTo((3 * 1 + 0.25) / 4, 9) as number },
    ]);
  });

  it("is needed: a mean over rows is drawn to the part that is judged more often", async () => {
    await judge({ relevance: 1, helpfulness: 1 });
    const complete = await overRows();
    await store.client.command("TRUNCATE TABLE calibrant.evaluations");
    await judge({ relevance: 0.5, helpfulness: 0.1 });
    expect(Math.abs(((await overRows()) ?? 0) - (complete ?? 0))).toBeGreaterThan(0.05);
  });
});
