import type { Attributes, Meter } from "@opentelemetry/api";

/** Whether evaluations go through: `half_open` is the one try that follows a pause. */
export type Circuit = "closed" | "open" | "half_open";

const circuits: readonly Circuit[] = ["closed", "open", "half_open"];

/** What became of an evaluation. */
export type RecordOutcome = "sent" | "refused" | "skipped";

/** What the gauges show, asked for when they are read. */
export interface StreamState {
  /** An endpoint and a signal. */
  readonly labels: Attributes;
  circuit(): Circuit;
  /** Milliseconds since the oldest evaluation that waits was stored; 0 when none waits. */
  lag(): number;
}

export interface ForwardMetrics {
  readonly records: (
    labels: Attributes,
    outcome: RecordOutcome,
    reason: string,
    count: number,
  ) => void;
  readonly held: (labels: Attributes, reason: string) => void;
  /** Shows the state of the streams until the answer is called. */
  show(streams: readonly StreamState[]): () => void;
}

export function createForwardMetrics(meter: Meter): ForwardMetrics {
  const records = meter.createCounter("calibrant.forward.records", {
    description: "Evaluations that left a stream: sent, refused or skipped, with the reason",
  });
  const held = meter.createCounter("calibrant.forward.held_requests", {
    description: "Requests that an endpoint did not take for the time being, by reason",
  });
  const circuit = meter.createObservableGauge("calibrant.forward.circuit", {
    description: "1 for the state in which the way to an endpoint is (closed: requests go through)",
  });
  const lag = meter.createObservableGauge("calibrant.forward.lag", {
    description: "Age of the oldest evaluation that waits for an endpoint",
    unit: "s",
  });
  return {
    records: (labels, outcome, reason, count) => {
      records.add(count, { ...labels, outcome, reason });
    },
    held: (labels, reason) => held.add(1, { ...labels, reason }),
    show: (streams) => {
      const gauges = [circuit, lag];
      const observe: Parameters<Meter["addBatchObservableCallback"]>[0] = (result) => {
        for (const stream of streams) {
          const now = stream.circuit();
          for (const state of circuits) {
            result.observe(circuit, state === now ? 1 : 0, { ...stream.labels, state });
          }
          result.observe(lag, stream.lag() / 1_000, stream.labels);
        }
      };
      meter.addBatchObservableCallback(observe, gauges);
      return () => meter.removeBatchObservableCallback(observe, gauges);
    },
  };
}
