import { afterEach, describe, expect, it } from "vitest";
import { CalibrantError } from "#processor/kernel/errors.js";
import { evaluationBench, filled, modelAt, queued, tally } from "../support/evaluation.js";
import { memoryCursors, memoryLedger, type MemoryLedger } from "../support/memory-ledger.js";
import { steps } from "../support/scripted-model.js";
import { until } from "../support/until.js";

const bench = evaluationBench();
afterEach(() => bench.end());

describe("faults", () => {
  it("a model that hangs does not hold up the checks", async () => {
    const model = await bench.model(steps.hangs());
    const ledger = memoryLedger(queued(1_000));
    const worker = bench.start(ledger, modelAt(model.url, { timeout: 600_000 }));
    await filled(ledger, 3_000);
    expect(new Set(ledger.lines.map(({ kind }) => kind))).toEqual(new Set(["code"]));
    await worker.stop();
    expect(ledger.lines).toHaveLength(3_000);
  });

  it("a store that fails, or stores and fails, gets every line once", async () => {
    const ledger = memoryLedger(queued(20));
    let failures = 0;
    ledger.fault = (moment) => {
      if (failures >= 2) return;
      if (moment !== (failures % 2 === 0 ? "before" : "after")) return;
      failures++;
      throw new CalibrantError("STORE_UNAVAILABLE", "no answer", { retryable: true });
    };
    const worker = bench.start(ledger);
    await until("the failure to show", () => worker.failure === "no answer");
    await filled(ledger, 100);
    await until("the failure to pass", () => worker.failure === undefined);
    expect(failures).toBe(2);
    expect(tally(ledger.lines)).toEqual({ lines: 100, pairs: 100 });
  });

  it("a line that the store refuses does not take others with it", async () => {
    const ledger = memoryLedger(queued(20));
    ledger.fault = (moment, lines) => {
      if (
        moment === "before" &&
        lines.some((line) => line.label === "new" && line.session_id === "s7")
      )
        throw new CalibrantError("STORE_REFUSED", "bad line");
    };
    bench.start(ledger);
    await filled(ledger, 100);
    expect(tally(ledger.lines)).toEqual({ lines: 100, pairs: 100 });
    const refused = ledger.lines.filter(({ outcome }) => outcome === "failed");
    expect(refused).toMatchObject([
      { session_id: "s7", evaluator: "repetition", reason: "STORE_REFUSED: bad line", score: null },
    ]);
  });

  it("stops and restarts anywhere lose and double nothing", async () => {
    let answers = 0;
    const model = await bench.model((request, response) =>
      (++answers % 7 === 0 ? steps.hangs() : steps.verdict("relevant"))(request, response),
    );
    const ledger = memoryLedger(queued(120));
    const cursors = memoryCursors();
    // Nothing is read again, so that all depends on the place that is saved.
    const reread = 0;
    let runs = 0;
    while (ledger.lines.length < 600) {
      const worker = bench.start(
        ledger,
        { ...modelAt(model.url, { timeout: 200, concurrency: 4 }), reread },
        {
          cursors,
        },
      );
      const target = Math.min(600, ledger.lines.length + 1 + ((runs * 37) % 60));
      await filled(ledger, target);
      await worker.stop();
      runs++;
    }
    expect(runs).toBeGreaterThan(5);
    expect(tally(ledger.lines)).toEqual({ lines: 600, pairs: 600 });
  });
});

describe("the place in the queue", () => {
  it("is saved when all lanes are past it, and read at the next start", async () => {
    const model = await bench.model(steps.hangs());
    const cursors = memoryCursors();
    const ledger = memoryLedger(queued(10));
    const hanging = bench.start(ledger, modelAt(model.url, { timeout: 600_000 }), { cursors });
    await filled(ledger, 30);
    await hanging.stop();
    expect(cursors.positions.get("evaluate") ?? 0).toBeLessThanOrEqual(1_750_000_000_000);

    model.play(steps.verdict("relevant"));
    const working = bench.start(ledger, modelAt(model.url), { cursors });
    await filled(ledger, 50);
    await working.stop();
    const saved = cursors.positions.get("evaluate");
    expect(saved).toBeGreaterThan(1_750_000_009_000);

    const sinces: number[] = [];
    const watched: MemoryLedger = {
      ...ledger,
      pending: (evaluators, since, limit) => {
        sinces.push(since);
        return ledger.pending(evaluators, since, limit);
      },
    };
    bench.start(watched, {}, { cursors });
    await until("a read", () => sinces.length > 0);
    expect(sinces[0]).toBe(saved);
  });
});
