import type { Counter, Meter } from "@opentelemetry/api";

export interface LoaderTelemetry {
  readonly rows: Counter;
  readonly bytes: Counter;
  readonly retries: Counter;
  readonly deadLetteredRows: Counter;
}

export function loaderTelemetry(meter: Meter): LoaderTelemetry {
  return {
    rows: meter.createCounter("calibrant.spool.loaded_rows", {
      description: "Rows that the store has taken, by table",
    }),
    bytes: meter.createCounter("calibrant.spool.loaded_bytes", {
      description: "Bytes that the store has taken, by table",
      unit: "By",
    }),
    retries: meter.createCounter("calibrant.spool.load_retries", {
      description: "Loads that the store did not take for the time being",
    }),
    deadLetteredRows: meter.createCounter("calibrant.spool.dead_lettered_rows", {
      description: "Rows that the store refused for good, by table",
    }),
  };
}
