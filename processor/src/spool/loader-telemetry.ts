import type { Counter, Meter } from "@opentelemetry/api";

/** Whether loads go through: `half_open` is the one try that follows a pause. */
export type Circuit = "closed" | "open" | "half_open";

/** What the gauges show, asked for when they are read. */
export interface LoaderState {
  readonly circuit: Circuit;
  readonly consecutiveFailures: number;
  /** Seconds since the store last took a load, while loads fail; otherwise 0. */
  readonly sinceSuccess: number;
}

export interface LoaderTelemetry {
  readonly rows: Counter;
  readonly bytes: Counter;
  readonly retries: Counter;
  readonly deadLetteredRows: Counter;
  readonly replayedRows: Counter;
  close(): void;
}

const circuits: readonly Circuit[] = ["closed", "open", "half_open"];

export function loaderTelemetry(
  meter: Meter,
  sink: string,
  state: () => LoaderState,
): LoaderTelemetry {
  const circuit = meter.createObservableGauge("calibrant.spool.load_circuit", {
    description: "1 for the state in which the way to the store is (closed: loads go through)",
  });
  const failures = meter.createObservableGauge("calibrant.spool.load_consecutive_failures", {
    description: "Loads in a row that the store did not take",
  });
  const sinceSuccess = meter.createObservableGauge("calibrant.spool.load_since_success", {
    description: "Time since the store last took a load, while loads fail; otherwise 0",
    unit: "s",
  });
  const gauges = [circuit, failures, sinceSuccess];
  const observe: Parameters<Meter["addBatchObservableCallback"]>[0] = (result) => {
    const now = state();
    for (const name of circuits) {
      result.observe(circuit, name === now.circuit ? 1 : 0, { sink, state: name });
    }
    result.observe(failures, now.consecutiveFailures, { sink });
    result.observe(sinceSuccess, now.sinceSuccess, { sink });
  };
  meter.addBatchObservableCallback(observe, gauges);
  return {
    rows: meter.createCounter("calibrant.spool.loaded_rows", {
      description: "Rows that the store has taken, by table",
    }),
    bytes: meter.createCounter("calibrant.spool.loaded_bytes", {
      description: "Bytes that the store has taken, by table",
      unit: "By",
    }),
    retries: meter.createCounter("calibrant.spool.load_retries", {
      description: "Loads that the store did not take for the time being, by table",
    }),
    deadLetteredRows: meter.createCounter("calibrant.spool.dead_lettered_rows", {
      description: "Rows that the store refused for good, by table",
    }),
    replayedRows: meter.createCounter("calibrant.spool.replayed_rows", {
      description: "Rows of dead letters that the store has taken after all, by table",
    }),
    close: () => meter.removeBatchObservableCallback(observe, gauges),
  };
}
