import type { TraceArrival } from "../../model/ports.js";
import { compare } from "../assembly/trace-tree.js";

/** A trace that has rows in the store and is not assembled yet. Only positions, never content. */
export interface PendingTrace {
  readonly traceId: string;
  /** The first service that was heard of. */
  readonly service: string;
  /** Store clock, milliseconds since the Unix epoch. */
  firstArrival: number;
  lastArrival: number;
  /** Spans and log records that arrived. */
  rows: number;
  roots: number;
  /** Bounds of the rows' own timestamps, milliseconds. */
  earliest: number;
  latest: number;
  /** Not due before this time, unless it has waited for the longest time. */
  notBefore: number;
}

export interface DueTrace {
  readonly trace: PendingTrace;
  /** True when more of it may still come. */
  readonly cutShort: boolean;
}

/** Milliseconds, as configured. */
export interface SettleTimes {
  readonly settleAfter: number;
  readonly settleWithoutRoot: number;
  readonly longestWait: number;
}

/** The traces that wait to settle. */
export interface PendingTraces {
  readonly size: number;
  add(arrival: TraceArrival): void;
  /**
   * Traces that have settled by a time of the store's clock, the longest waiting first. They stay
   * until they are removed.
   * @param excess how many of the oldest must go although they have not settled
   */
  due(time: number, excess: number): DueTrace[];
  /** When the first trace settles if nothing more of it arrives; store clock, undefined without one. */
  soonest(): number | undefined;
  /** Forgets a trace, unless rows of it have arrived since it had `rows`. */
  remove(trace: PendingTrace, rows: number): void;
  /** The first arrival that is not worked off; undefined when there is none. */
  oldest(): number | undefined;
}

/** How many finished traces are remembered by name, so that late spans need not wait for a root. */
const mostRooted = 100_000;

export function createPendingTraces(times: SettleTimes): PendingTraces {
  const traces = new Map<string, PendingTrace>();
  const rooted = new Set<string>();

  const settlesAt = (trace: PendingTrace): number => {
    const rest = trace.roots > 0 ? times.settleAfter : times.settleWithoutRoot;
    return Math.max(trace.notBefore, trace.lastArrival + rest);
  };

  const settled = (trace: PendingTrace, time: number): DueTrace | undefined => {
    if (time - trace.firstArrival >= times.longestWait) return { trace, cutShort: true };
    if (time < settlesAt(trace)) return undefined;
    return { trace, cutShort: false };
  };

  return {
    get size() {
      return traces.size;
    },
    add: (arrival) => {
      const known = traces.get(arrival.traceId);
      if (known === undefined) {
        const roots = rooted.has(arrival.traceId) ? arrival.roots + 1 : arrival.roots;
        traces.set(arrival.traceId, fromArrival(arrival, roots));
      } else {
        extend(known, arrival);
      }
    },
    due: (time, excess) => {
      const all = [...traces.values()];
      const due = all.flatMap((trace) => settled(trace, time) ?? []);
      if (due.length === 0 && excess > 0) {
        const oldest = all.toSorted(byFirstArrival).slice(0, excess);
        return oldest.map((trace) => ({ trace, cutShort: true }));
      }
      return due.toSorted((left, right) => byFirstArrival(left.trace, right.trace));
    },
    soonest: () => {
      let soonest: number | undefined;
      for (const trace of traces.values()) {
        const at = Math.min(settlesAt(trace), trace.firstArrival + times.longestWait);
        if (soonest === undefined || at < soonest) soonest = at;
      }
      return soonest;
    },
    remove: (trace, rows) => {
      if (trace.rows !== rows) return;
      traces.delete(trace.traceId);
      if (trace.roots > 0) remember(rooted, trace.traceId);
    },
    oldest: () => {
      let oldest: number | undefined;
      for (const { firstArrival } of traces.values()) {
        if (oldest === undefined || firstArrival < oldest) oldest = firstArrival;
      }
      return oldest;
    },
  };
}

function remember(names: Set<string>, name: string): void {
  names.delete(name);
  names.add(name);
  if (names.size <= mostRooted) return;
  const [oldest] = names;
  if (oldest !== undefined) names.delete(oldest);
}

function byFirstArrival(left: PendingTrace, right: PendingTrace): number {
  return left.firstArrival - right.firstArrival || compare(left.traceId, right.traceId);
}

function fromArrival(arrival: TraceArrival, roots: number): PendingTrace {
  return {
    traceId: arrival.traceId,
    service: arrival.service,
    firstArrival: arrival.arrivedAt,
    lastArrival: arrival.arrivedAt,
    rows: arrival.spans + arrival.logs,
    roots,
    earliest: arrival.earliest,
    latest: arrival.latest,
    notBefore: 0,
  };
}

function extend(trace: PendingTrace, arrival: TraceArrival): void {
  trace.firstArrival = Math.min(trace.firstArrival, arrival.arrivedAt);
  trace.lastArrival = Math.max(trace.lastArrival, arrival.arrivedAt);
  trace.rows += arrival.spans + arrival.logs;
  trace.roots += arrival.roots;
  trace.earliest = Math.min(trace.earliest, arrival.earliest);
  trace.latest = Math.max(trace.latest, arrival.latest);
}
