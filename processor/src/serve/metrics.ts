import type { Meter } from "@opentelemetry/api";
import { PrometheusExporter, PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import type { MetricsText } from "../model/ports.js";
import { withUnits } from "./metric-units.js";

export interface Metrics {
  /** For every room that counts. */
  readonly meter: Meter;
  /** For the route `/metrics`. */
  readonly text: MetricsText;
  shutdown(): Promise<void>;
}

/** The service's own metrics: counted through the OTel API, read as Prometheus text. No global state. */
export function createMetrics(options: { readonly version: string }): Metrics {
  const reader = new PrometheusExporter({ preventServerStart: true });
  const serializer = new PrometheusSerializer(undefined, false, undefined, false, true);
  const provider = new MeterProvider({
    resource: resourceFromAttributes({
      "service.name": "calibrant",
      "service.version": options.version,
    }),
    readers: [reader],
  });
  return {
    meter: provider.getMeter("calibrant", options.version),
    text: {
      contentType: "text/plain; version=0.0.4; charset=utf-8",
      text: async () =>
        `${serializer.serialize(withUnits((await reader.collect()).resourceMetrics)).trimEnd()}\n`,
    },
    shutdown: () => provider.shutdown(),
  };
}
