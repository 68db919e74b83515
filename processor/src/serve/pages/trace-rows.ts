import type { ModelCall, ModelCallKind } from "../../model/interaction.js";
import type { RawSpan } from "../../model/telemetry.js";

/** One line of the waterfall. */
export interface TraceRow {
  readonly spanId: string;
  readonly name: string;
  /** What kind of call it is; a span that is none is a plain step. */
  readonly kind: ModelCallKind | "step";
  readonly failed: boolean;
  /** 0 for the root. */
  readonly depth: number;
  /** Milliseconds since the start of the first row. */
  readonly start: number;
  readonly duration: number;
  readonly span: RawSpan | undefined;
  readonly call: ModelCall | undefined;
}

interface Node {
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly failed: boolean;
  /** Milliseconds; exact enough once the first start has been taken away. */
  readonly start: number;
  readonly duration: number;
  readonly span: RawSpan | undefined;
  readonly call: ModelCall | undefined;
}

/**
 * The spans of a trace as a tree in lines: parents before children, siblings by start. A span whose
 * parent is missing stands at the top; spans that are each other's parents do, too. Without spans
 * (raw telemetry is kept for a shorter time) the calls take their place.
 */
export function traceRows(spans: readonly RawSpan[], calls: readonly ModelCall[]): TraceRow[] {
  const nodes = spans.length > 0 ? nodesOfSpans(spans, calls) : calls.map(nodeOfCall);
  const origin = Math.min(...nodes.map((node) => node.start));
  const known = new Set(nodes.map((node) => node.spanId));
  const children = new Map<string, Node[]>();
  for (const node of nodes.toSorted(byStart)) {
    const orphan = !known.has(node.parentSpanId) || node.parentSpanId === node.spanId;
    const parent = orphan ? "" : node.parentSpanId;
    children.set(parent, [...(children.get(parent) ?? []), node]);
  }

  const rows: TraceRow[] = [];
  const seen = new Set<Node>();
  const waiting = stacked(children.get("") ?? [], 0);
  const walk = (): void => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (seen.has(next.node)) continue;
      seen.add(next.node);
      rows.push(toRow(next.node, next.depth, origin));
      waiting.push(...stacked(children.get(next.node.spanId) ?? [], next.depth + 1));
    }
  };
  walk();
  for (const node of nodes) {
    if (seen.has(node)) continue;
    waiting.push({ node, depth: 0 });
    walk();
  }
  return rows;
}

/** In the order in which a stack gives them back. */
function stacked(nodes: readonly Node[], depth: number): { node: Node; depth: number }[] {
  return nodes.map((node) => ({ node, depth })).toReversed();
}

function byStart(a: Node, b: Node): number {
  return a.start - b.start || b.duration - a.duration;
}

function toRow(node: Node, depth: number, origin: number): TraceRow {
  const { parentSpanId: _parent, ...rest } = node;
  return { ...rest, depth, kind: node.call?.kind ?? "step", start: node.start - origin };
}

function nodesOfSpans(spans: readonly RawSpan[], calls: readonly ModelCall[]): Node[] {
  const bySpan = new Map(calls.map((call) => [call.span_id, call]));
  const first = spans.reduce(
    (least, span) => (span.start < least ? span.start : least),
    spans[0]?.start ?? 0n,
  );
  return spans.map((span) => ({
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    name: span.name,
    failed: span.statusCode === "Error" || bySpan.get(span.spanId)?.status === "error",
    start: Number(span.start - first) / 1e6,
    duration: Number(span.duration) / 1e6,
    span,
    call: bySpan.get(span.spanId),
  }));
}

function nodeOfCall(call: ModelCall): Node {
  return {
    spanId: call.span_id,
    parentSpanId: call.parent_span_id,
    name: call.name || call.operation,
    failed: call.status === "error",
    start: call.started_at,
    duration: call.duration_ms,
    span: undefined,
    call,
  };
}
