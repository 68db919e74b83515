import type { Meter } from "@opentelemetry/api";
import { MeterProvider, MetricReader, type Histogram } from "@opentelemetry/sdk-metrics";

export interface RecordedHistogram {
  readonly unit: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly value: Histogram;
}

export interface RecordedMetrics {
  readonly meter: Meter;
  readonly provider: MeterProvider;
  /** The points of a histogram. */
  histograms(name: string): Promise<RecordedHistogram[]>;
  /** The sum of a metric's points that have at least these attributes. */
  value(name: string, attributes?: Readonly<Record<string, string | number>>): Promise<number>;
  shutdown(): Promise<void>;
}

class PullReader extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** A meter whose values a test can ask for at any moment. */
export function recordMetrics(): RecordedMetrics {
  const reader = new PullReader();
  const provider = new MeterProvider({ readers: [reader] });
  return {
    meter: provider.getMeter("test"),
    provider,
    histograms: async (name) => {
      const { resourceMetrics } = await reader.collect();
      return resourceMetrics.scopeMetrics
        .flatMap(({ metrics }) => metrics)
        .filter(({ descriptor }) => descriptor.name === name)
        .flatMap(({ descriptor: { unit }, dataPoints }) =>
          dataPoints.map(({ attributes, value }) => ({
            unit,
            attributes,
            value: value as Histogram,
          })),
        );
    },
    value: async (name, attributes = {}) => {
      const { resourceMetrics } = await reader.collect();
      return resourceMetrics.scopeMetrics
        .flatMap(({ metrics }) => metrics)
        .filter(({ descriptor }) => descriptor.name === name)
        .flatMap(({ dataPoints }) => dataPoints as { attributes: object; value: number }[])
        .filter((point) =>
          Object.entries(attributes).every(
            ([key, wanted]) => (point.attributes as Record<string, unknown>)[key] === wanted,
          ),
        )
        .reduce((sum, { value }) => sum + value, 0);
    },
    shutdown: () => provider.shutdown(),
  };
}
