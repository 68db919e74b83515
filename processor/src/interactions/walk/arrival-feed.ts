import type { ArrivalPosition, TraceArrival, TraceReader } from "../../model/ports.js";

export interface ArrivalFeedOptions {
  readonly reader: Pick<TraceReader, "arrivals">;
  readonly pageSize: number;
  /** Milliseconds within which inserts become visible, however late and out of order. */
  readonly overlap: number;
  /** Everything before it has been worked off; store clock, milliseconds. */
  readonly start: number;
}

export interface FeedPage {
  /** Only what is new. */
  readonly arrivals: readonly TraceArrival[];
  /** Everything before this time of the store's clock has been seen. */
  readonly time: number;
  /** The store's clock itself. */
  readonly storeTime: number;
  /** Whether another page may be there at once. */
  readonly more: boolean;
}

export interface ArrivalFeed {
  next(): Promise<FeedPage>;
  /** Where a later feed may start without missing an insert that is not visible yet. */
  safeStart(): number;
}

/** A late look at the overlap costs what arrived in it; a few looks while it lasts are enough. */
const sweepsPerOverlap = 6;

/**
 * Follows the arrivals page by page. Since inserts become visible out of order, the last stretch
 * is looked at again every few seconds, and what was seen of it is remembered so that nothing is
 * handed over twice.
 */
export function createArrivalFeed(options: ArrivalFeedOptions): ArrivalFeed {
  const { reader, pageSize, overlap, start } = options;
  const seen = new Map<string, TraceArrival>();
  let head: ArrivalPosition = { arrivedAt: start, traceId: "" };
  let storeTime: number | undefined;
  /** Whether the head was the last that there was. */
  let atEnd = false;
  /** The store's clock at the last sweep: what arrived before it by the overlap was visible then. */
  let lastSweep = 0;

  const fresh = (arrival: TraceArrival): TraceArrival[] => {
    const key = `${arrival.arrivedAt} ${arrival.traceId}`;
    const known = seen.get(key);
    if (known !== undefined && known.spans + known.logs >= arrival.spans + arrival.logs) return [];
    if (arrival.arrivedAt >= lastSweep - overlap) seen.set(key, arrival);
    return [known === undefined ? arrival : difference(arrival, known)];
  };

  /** What became visible behind the head since the last sweep. */
  const sweep = async (now: number): Promise<TraceArrival[]> => {
    const found: TraceArrival[] = [];
    let position: ArrivalPosition = { arrivedAt: lastSweep - overlap, traceId: "" };
    while (isBefore(position, head)) {
      const page = await reader.arrivals(position, pageSize);
      for (const arrival of page.arrivals) {
        if (!isBefore(head, arrival)) found.push(...fresh(arrival));
      }
      const last = page.arrivals.at(-1);
      if (last === undefined || page.arrivals.length < pageSize) break;
      position = last;
    }
    lastSweep = now;
    for (const [key, arrival] of seen) {
      if (arrival.arrivedAt < lastSweep - overlap) seen.delete(key);
    }
    return found;
  };

  return {
    next: async () => {
      const page = await reader.arrivals(head, pageSize);
      const now = Math.max(storeTime ?? 0, page.storeTime);
      if (storeTime === undefined) lastSweep = now;
      storeTime = now;
      const arrivals = page.arrivals.flatMap(fresh);
      head = page.arrivals.at(-1) ?? head;
      atEnd = page.arrivals.length < pageSize;
      if (now - lastSweep >= overlap / sweepsPerOverlap) arrivals.push(...(await sweep(now)));
      const more = page.arrivals.length >= pageSize;
      return { arrivals, time: more ? head.arrivedAt : now, storeTime: now, more };
    },
    safeStart: () =>
      Math.min(atEnd ? head.arrivedAt + 1 : head.arrivedAt, (storeTime ?? start) - overlap),
  };
}

function isBefore(left: ArrivalPosition, right: ArrivalPosition): boolean {
  return (
    left.arrivedAt < right.arrivedAt ||
    (left.arrivedAt === right.arrivedAt && left.traceId < right.traceId)
  );
}

function difference(now: TraceArrival, then: TraceArrival): TraceArrival {
  return {
    ...now,
    spans: now.spans - then.spans,
    logs: now.logs - then.logs,
    roots: now.roots - then.roots,
  };
}
