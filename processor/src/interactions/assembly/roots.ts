import type { RawSpan } from "../../model/telemetry.js";
import { byStart, type TraceTree } from "./trace-tree.js";

/** The spans of one interaction. */
export interface InteractionScope {
  /** The root's span id; where the root never arrived, the id that its children name as parent. */
  readonly rootId: string;
  /** Undefined while it has not arrived. */
  readonly root: RawSpan | undefined;
  /** Oldest first, the root among them. */
  readonly spans: readonly RawSpan[];
  /** Whether the root of the trace has arrived. */
  readonly isComplete: boolean;
}

/**
 * Splits a trace into interactions: one for each separate tree. Spans whose parent is missing and
 * the same belong together, under the parent's id, so that the interaction keeps its identity
 * when the parent arrives late.
 */
export function findScopes(tree: TraceTree): InteractionScope[] {
  const tops = new Map<string, string>();
  const groups = new Map<string, RawSpan[]>();
  for (const span of tree.spans) {
    const rootId = topOf(span, tree, tops);
    const group = groups.get(rootId);
    if (group === undefined) groups.set(rootId, [span]);
    else group.push(span);
  }
  return [...groups].map(([rootId, spans]) => {
    const root = tree.byId.get(rootId);
    const isComplete = root?.parentSpanId === "";
    return { rootId, root, spans: spans.toSorted(byStart), isComplete };
  });
}

/** Climbs to the top of a span's tree. Spans that are each other's parents end at the smallest id. */
function topOf(span: RawSpan, tree: TraceTree, known: Map<string, string>): string {
  const path: string[] = [];
  const visited = new Set<string>();
  let current: RawSpan = span;
  let top: string | undefined;
  while (top === undefined) {
    const found = known.get(current.spanId);
    if (found !== undefined) {
      top = found;
    } else if (visited.has(current.spanId)) {
      top = [...visited].toSorted()[0] ?? current.spanId;
    } else {
      path.push(current.spanId);
      visited.add(current.spanId);
      const parent = tree.byId.get(current.parentSpanId);
      if (parent === undefined) {
        top = current.parentSpanId === "" ? current.spanId : current.parentSpanId;
      } else {
        current = parent;
      }
    }
  }
  for (const spanId of path) known.set(spanId, top);
  return top;
}
