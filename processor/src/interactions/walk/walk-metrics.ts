import type { Meter } from "@opentelemetry/api";
import type { TraceOutcome } from "../assembly/assemble.js";

/** How a trace left the walk. */
export type WalkOutcome = TraceOutcome | "failed" | "refused";

export interface WalkMetrics {
  readonly traces: (outcome: WalkOutcome, count: number) => void;
  readonly written: (kind: "added" | "revised", count: number) => void;
  readonly unpriced: (calls: number) => void;
  readonly unreadable: (pieces: number) => void;
}

/** What the gauges show, asked when they are read. */
export interface WalkGauges {
  /** Seconds between the store's clock and the oldest arrival that ought to be worked off. */
  readonly lag: () => number;
  /** The same by service, for those with traces that ought to be worked off. */
  readonly serviceLags: () => readonly (readonly [service: string, seconds: number])[];
  readonly pending: () => number;
}

/** Names of services come from outside: the first so many that were behind have a series. */
const mostServices = 50;

export function createWalkMetrics(meter: Meter, gauges: WalkGauges): WalkMetrics {
  const traces = meter.createCounter("calibrant.interactions.traces", {
    description: "Traces that left the walk, by outcome",
  });
  const written = meter.createCounter("calibrant.interactions.written", {
    description: "Interactions written, by kind: added or revised",
  });
  const unpriced = meter.createCounter("calibrant.interactions.unpriced_calls", {
    description: "Model calls whose cost is unknown because their model has no price",
  });
  const unreadable = meter.createCounter("calibrant.interactions.unreadable", {
    description: "Attributes that should have been structured content and were taken as text",
  });
  meter
    .createObservableGauge("calibrant.interactions.lag", {
      description: "How far the walk is behind the store",
      unit: "s",
    })
    .addCallback((result) => result.observe(gauges.lag()));
  const services = new Set<string>();
  meter
    .createObservableGauge("calibrant.interactions.service_lag", {
      description: "How far the walk is behind a service, for the first 50 that were behind",
      unit: "s",
    })
    .addCallback((result) => {
      const lags = new Map(gauges.serviceLags());
      for (const service of lags.keys()) {
        if (services.size < mostServices) services.add(service);
      }
      for (const service of services) result.observe(lags.get(service) ?? 0, { service });
    });
  meter
    .createObservableGauge("calibrant.interactions.pending", {
      description: "Traces that wait to settle",
    })
    .addCallback((result) => result.observe(gauges.pending()));
  return {
    traces: (outcome, count) => traces.add(count, { outcome }),
    written: (kind, count) => written.add(count, { kind }),
    unpriced: (calls) => unpriced.add(calls),
    unreadable: (pieces) => unreadable.add(pieces),
  };
}
