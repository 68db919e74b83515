import type { WantedTrace } from "../model/ports.js";
import { storeTime, type StoreClient } from "./client.js";
import { stringList } from "./string-list.js";

export interface ReadLimits {
  /** Bytes of one answer; 0 for the store's own limit. */
  readonly result: number;
  /** Spans, and log records, of one trace. */
  readonly rows: number;
  /** Bytes of one attribute or body; longer ones are cut. */
  readonly value: number;
}

/** SQL conditions that leave only the days in which rows of the traces can lie. */
export interface TimeRange {
  readonly traceIds: string;
  readonly start: string;
  readonly end: string;
}

/** Records may be stamped before their span began and long after the last one did. */
const margin = 3_600_000;

/**
 * Where the rows of traces lie in time. What arrived last may be a small part of a long trace, so
 * the look-up table has the say, and the arrivals, which know of logs, widen it.
 */
export async function timeRange(
  client: StoreClient,
  wanted: readonly WantedTrace[],
): Promise<TimeRange> {
  const traceIds = stringList(wanted.map(({ traceId }) => traceId));
  const [known] = await client.query<{ spans: number; first: number; last: number }>(
    `SELECT toUInt32(count()) AS spans, toUnixTimestamp(min(Start)) AS first,
            toUnixTimestamp(max(End)) AS last
     FROM otel.otel_traces_trace_id_ts WHERE TraceId IN ${traceIds}`,
  );
  const starts = wanted.map(({ earliest }) => earliest);
  const ends = wanted.map(({ latest }) => latest);
  if (known !== undefined && known.spans > 0) {
    starts.push(known.first * 1_000);
    ends.push(known.last * 1_000);
  }
  return {
    traceIds,
    start: storeTime(Math.max(0, least(starts) - margin)),
    end: storeTime(Math.max(0, -least(ends.map((end) => -end)) + margin)),
  };
}

function least(numbers: readonly number[]): number {
  return numbers.reduce((left, right) => Math.min(left, right), Infinity);
}

/** A map's entries without those that `dropped` names, each value cut to a number of bytes. */
export function leanMap(map: string, value: number, dropped: string): string {
  return `mapApply((k, v) -> (k, substring(v, 1, ${value})), mapFilter((k, v) -> NOT (${dropped}), ${map}))`;
}

/** What describes the machine is on every row, is large and is of no use for an interaction. */
export const machine =
  "startsWith(k, 'process.') OR startsWith(k, 'host.') OR startsWith(k, 'os.') OR startsWith(k, 'telemetry.')";

export function resultLimit(limits: ReadLimits): Record<string, string | number> {
  return limits.result === 0
    ? {}
    : { max_result_bytes: limits.result, result_overflow_mode: "throw" };
}

/** A map that JSON brought as an object. Its keys come from outside. */
export function toMap(entries: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(entries));
}
