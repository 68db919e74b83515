import type { RawLog, RawSpan } from "../../model/telemetry.js";

/** The spans and logs of one trace, each once, joined by their ids. */
export interface TraceTree {
  /** Oldest first; a parent before its children where both started at the same time. */
  readonly spans: readonly RawSpan[];
  readonly byId: ReadonlyMap<string, RawSpan>;
  readonly children: ReadonlyMap<string, readonly RawSpan[]>;
  /** The records of a span, oldest first. Empty for a span without any. */
  logsOf(spanId: string): readonly RawLog[];
}

/**
 * Joins rows that came in any order and perhaps more than once. A span that was sent twice is one
 * span: the copy that lasted longer is kept, since it knows more.
 */
export function buildTree(spans: readonly RawSpan[], logs: readonly RawLog[]): TraceTree {
  const byId = new Map<string, RawSpan>();
  for (const span of spans) {
    const other = byId.get(span.spanId);
    if (other === undefined || other.duration < span.duration) byId.set(span.spanId, span);
  }
  const children = new Map<string, RawSpan[]>();
  for (const span of byId.values()) {
    if (span.parentSpanId === "" || span.parentSpanId === span.spanId) continue;
    append(children, span.parentSpanId, span);
  }
  for (const siblings of children.values()) siblings.sort(byStart);
  const logsBySpan = gatherLogs(logs);
  return {
    spans: [...byId.values()].toSorted(byStart),
    byId,
    children,
    logsOf: (spanId) => logsBySpan.get(spanId) ?? [],
  };
}

/** Records keep the order in which they were handed over where their times are equal. */
function gatherLogs(logs: readonly RawLog[]): ReadonlyMap<string, readonly RawLog[]> {
  const seen = new Set<string>();
  const bySpan = new Map<string, RawLog[]>();
  for (const log of logs) {
    const structured = [...log.attributes].map((pair) => pair.join("=")).join("\u0001");
    const identity = [log.spanId, log.time, log.eventName, log.body, structured].join("\0");
    if (seen.has(identity)) continue;
    seen.add(identity);
    append(bySpan, log.spanId, log);
  }
  for (const records of bySpan.values()) {
    records.sort((left, right) => compare(left.time, right.time));
  }
  return bySpan;
}

function append<Item>(lists: Map<string, Item[]>, key: string, item: Item): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

/** Ties are broken by length and id, so that the same rows give the same order every time. */
export function byStart(left: RawSpan, right: RawSpan): number {
  return (
    compare(left.start, right.start) ||
    compare(right.duration, left.duration) ||
    compare(left.spanId, right.spanId)
  );
}

export function compare<Value extends bigint | string>(left: Value, right: Value): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

export function endOf(span: RawSpan): bigint {
  return span.start + span.duration;
}

/** All spans below one, nearest first. */
export function descendants(span: RawSpan, tree: TraceTree): RawSpan[] {
  const found: RawSpan[] = [];
  const seen = new Set([span.spanId]);
  const queue: RawSpan[] = [span];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    for (const child of tree.children.get(next.spanId) ?? []) {
      if (seen.has(child.spanId)) continue;
      seen.add(child.spanId);
      found.push(child);
      queue.push(child);
    }
  }
  return found;
}
