import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { afterEach, describe, expect, it } from "vitest";
import { createLogger } from "#processor/kernel/logger.js";
import { evaluationBench, filled, modelAt, queued } from "../support/evaluation.js";
import { memoryLedger } from "../support/memory-ledger.js";
import { steps } from "../support/scripted-model.js";

const bench = evaluationBench();
afterEach(() => bench.end());

const point = (attributes: object, value: unknown): unknown =>
  expect.objectContaining({ attributes, value });

/** A meter, and what it has counted: the points of each metric by its name. */
function metering() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  bench.cleanUp(() => provider.shutdown());
  return {
    meter: provider.getMeter("calibrant"),
    points: async (): Promise<Record<string, readonly unknown[]>> => {
      await provider.forceFlush();
      const metrics = exporter
        .getMetrics()
        .at(-1)
        ?.scopeMetrics.flatMap((scope) => scope.metrics)
        .map((metric) => [metric.descriptor.name, metric.dataPoints] as const);
      return Object.fromEntries(metrics ?? []);
    },
  };
}

describe("metrics", () => {
  it("count lines, cost, calls and their time, and show the lag", async () => {
    const metrics = metering();
    const model = await bench.model(steps.verdict("relevant"));
    const ledger = memoryLedger(queued(3));
    bench.start(
      ledger,
      { ...modelAt(model.url), evaluators: { groundedness: { enabled: false } } },
      { meter: metrics.meter },
    );
    await filled(ledger, 12);
    const points = await metrics.points();
    expect(points["calibrant.evaluate.evaluations"]).toContainEqual(
      point({ evaluator: "relevance", outcome: "scored" }, 3),
    );
    expect(points["calibrant.evaluate.cost_usd"]).toEqual([
      point({ evaluator: "relevance" }, expect.closeTo(0.006, 10)),
    ]);
    expect(points["calibrant.evaluate.judge_calls"]).toEqual([
      point({ model: "default", result: "answered" }, 3),
    ]);
    expect(points["calibrant.evaluate.judge_latency"]).toHaveLength(1);
    expect(points["calibrant.evaluate.lag"]).toContainEqual(point({ lane: "model default" }, 0));
    expect(points["calibrant.evaluate.unknown_costs"]).toBeUndefined();
  });

  it("count verdicts whose cost nobody knows, of which the log warns at start", async () => {
    const metrics = metering();
    const model = await bench.model(steps.verdict("relevant"));
    const ledger = memoryLedger(queued(3));
    const warnings: string[] = [];
    const logger = createLogger("silent");
    logger.warn = (message: unknown) => void warnings.push(String(message));
    const own = { base_url: model.url, retries: 0 };
    bench.start(
      ledger,
      {
        models: {
          default: { ...own, model: "house-model" },
          listed: { ...own, model: "listed-model" },
          free: { ...own, model: "free-model", price: { input: 0, output: 0 } },
        },
        evaluators: {
          groundedness: { enabled: false },
          safe: { rubric: "relevance", model: "listed" },
        },
      },
      {
        meter: metrics.meter,
        logger,
        priceOf: (name) => (name === "listed-model" ? { input: 1, output: 10 } : undefined),
      },
    );
    await filled(ledger, 15);
    expect(warnings).toEqual([
      expect.stringMatching(/house-model.*set processors\.evaluate\.models\.default\.price$/),
    ]);
    expect((await metrics.points())["calibrant.evaluate.unknown_costs"]).toEqual([
      point({ evaluator: "relevance" }, 3),
    ]);
  });
});
