import { afterEach, describe, expect, it } from "vitest";
import { evaluationBench, filled, modelAt, queued } from "../support/evaluation.js";
import { memoryLedger } from "../support/memory-ledger.js";
import { recordMetrics } from "../support/recorded-metrics.js";
import { steps } from "../support/scripted-model.js";

const oops = steps.status(500, { message: "oops" });
const wrongKey = steps.status(401, { message: "Incorrect API key" });

describe("the ledger, while a provider is away", () => {
  const bench = evaluationBench();
  afterEach(() => bench.end());
  const relevanceAlone = Object.fromEntries(
    ["groundedness", "empty-answer", "refusal", "repetition"].map((name) => [
      name,
      { enabled: false },
    ]),
  );

  it("gets every verdict, later", async () => {
    const metrics = recordMetrics();
    bench.cleanUp(() => metrics.shutdown());
    const outage = Array.from({ length: 12 }, () => oops);
    const model = await bench.model(oops, ...outage, steps.verdict("relevant"));
    const ledger = memoryLedger(queued(60));
    const settings = { retries: 2, circuit: { failures: 4, cool_down: 20 } };
    const config = { ...modelAt(model.url, settings), evaluators: relevanceAlone };
    bench.start(ledger, config, { meter: metrics.meter, random: () => 0 });
    await filled(ledger, 60);
    expect(ledger.lines.map(({ outcome }) => outcome)).toEqual(ledger.lines.map(() => "scored"));
    const state = { model: "default", state: "closed" };
    expect(await metrics.value("calibrant.evaluate.judge_circuit", state)).toBe(1);
    expect(await metrics.value("calibrant.evaluate.judge_circuit_openings")).toBeGreaterThan(1);
  });

  it("does not fill with failures because of a wrong key", async () => {
    const model = await bench.model(wrongKey);
    const ledger = memoryLedger(queued(200));
    const config = { ...modelAt(model.url, { concurrency: 4 }), evaluators: relevanceAlone };
    const worker = bench.start(ledger, config);
    await filled(ledger, 1);
    await worker.stop();
    // Those that were under way when the first was refused.
    expect(model.requests.length).toBeLessThanOrEqual(4);
    expect(ledger.lines.length).toBeLessThanOrEqual(model.requests.length);
    expect(ledger.lines[0]).toMatchObject({
      outcome: "failed",
      reason: "JUDGE_REFUSED: 401 Incorrect API key",
    });
  });
});
