import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { afterEach, describe, expect, it } from "vitest";
import { evaluationBench, filled, modelAt, queued } from "../support/evaluation.js";
import { memoryLedger } from "../support/memory-ledger.js";
import { steps } from "../support/scripted-model.js";

const bench = evaluationBench();
afterEach(() => bench.end());

const point = (attributes: object, value: unknown): unknown =>
  expect.objectContaining({ attributes, value });

describe("metrics", () => {
  it("count lines, cost, calls and their time, and show the lag", async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const provider = new MeterProvider({ readers: [reader] });
    bench.cleanUp(() => provider.shutdown());
    const model = await bench.model(steps.verdict("relevant"));
    const ledger = memoryLedger(queued(3));
    bench.start(
      ledger,
      { ...modelAt(model.url), evaluators: { groundedness: { enabled: false } } },
      { meter: provider.getMeter("calibrant") },
    );
    await filled(ledger, 12);
    await provider.forceFlush();
    const metrics = exporter
      .getMetrics()
      .at(-1)
      ?.scopeMetrics.flatMap((scope) => scope.metrics)
      .map((metric) => [metric.descriptor.name, metric.dataPoints] as const);
    const points = Object.fromEntries(metrics ?? []);
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
  });
});
