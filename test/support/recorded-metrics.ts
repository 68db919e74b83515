import type { Meter } from "@opentelemetry/api";
import { MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";

export interface RecordedMetrics {
  readonly meter: Meter;
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
