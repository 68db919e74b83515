import type { Counter, Meter } from "@opentelemetry/api";
import type { DeadLetterTotals } from "./dead-letters.js";

/** What the gauges show, asked for when they are read. */
export interface SpoolState {
  /** Segments that wait for the store, the open one among them when it has rows. */
  readonly segments: number;
  readonly bytes: number;
  readonly rows: number;
  /** Seconds since the oldest of these rows was spooled; 0 when there are none. */
  readonly lag: number;
}

export interface SpoolTelemetry {
  readonly rows: Counter;
  readonly bytes: Counter;
  readonly groups: Counter;
  readonly failures: Counter;
  readonly tornBytes: Counter;
  readonly damagedBytes: Counter;
  close(): void;
}

export function spoolTelemetry(
  meter: Meter,
  state: () => SpoolState,
  deadLetters: () => Promise<DeadLetterTotals>,
): SpoolTelemetry {
  const segments = meter.createObservableGauge("calibrant.spool.segments", {
    description: "Segments that wait for the store",
  });
  const size = meter.createObservableGauge("calibrant.spool.size", {
    description: "Bytes that wait for the store",
    unit: "By",
  });
  const waiting = meter.createObservableGauge("calibrant.spool.waiting_rows", {
    description: "Rows that wait for the store",
  });
  const lag = meter.createObservableGauge("calibrant.spool.lag", {
    description: "Age of the oldest rows that wait for the store",
    unit: "s",
  });
  const letters = meter.createObservableGauge("calibrant.spool.dead_letters", {
    description: "Dead letters that are kept",
  });
  const letterRows = meter.createObservableGauge("calibrant.spool.dead_letter_rows", {
    description: "Rows in the dead letters that are kept",
  });
  const letterSize = meter.createObservableGauge("calibrant.spool.dead_letter_size", {
    description: "Bytes of the dead letters that are kept",
    unit: "By",
  });
  const gauges = [segments, size, waiting, lag, letters, letterRows, letterSize];
  const observe: Parameters<Meter["addBatchObservableCallback"]>[0] = async (result) => {
    const kept = await deadLetters();
    result.observe(letters, kept.letters);
    result.observe(letterRows, kept.rows);
    result.observe(letterSize, kept.bytes);
    const now = state();
    result.observe(segments, now.segments);
    result.observe(size, now.bytes);
    result.observe(waiting, now.rows);
    result.observe(lag, now.lag);
  };
  meter.addBatchObservableCallback(observe, gauges);
  return {
    rows: meter.createCounter("calibrant.spool.rows", { description: "Rows spooled, by table" }),
    bytes: meter.createCounter("calibrant.spool.bytes", {
      description: "Bytes spooled",
      unit: "By",
    }),
    groups: meter.createCounter("calibrant.spool.groups", {
      description: "Groups of requests that shared one sync",
    }),
    failures: meter.createCounter("calibrant.spool.failures", {
      description: "Groups that could not be written, by error code",
    }),
    tornBytes: meter.createCounter("calibrant.spool.torn_bytes", {
      description: "Bytes of unacknowledged writes that a crash had cut off",
      unit: "By",
    }),
    damagedBytes: meter.createCounter("calibrant.spool.damaged_bytes", {
      description: "Bytes of damaged segments that went to the dead letters",
      unit: "By",
    }),
    close: () => meter.removeBatchObservableCallback(observe, gauges),
  };
}
