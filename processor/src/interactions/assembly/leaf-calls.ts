import type { RawSpan } from "../../model/telemetry.js";
import { withoutDoubles } from "./doubled-calls.js";
import { mergeReadings, type SpanReading } from "../reading.js";
import { descendants, type TraceTree } from "./trace-tree.js";
import { withSumsOfWrappers } from "./wrapper-sums.js";

/** A call that something outside of the application answered, read once however often reported. */
export interface LeafCall {
  readonly span: RawSpan;
  readonly reading: SpanReading;
}

export interface Calls {
  /** Generations, oldest first. */
  readonly generations: readonly LeafCall[];
  readonly tools: readonly LeafCall[];
  readonly retrievals: readonly LeafCall[];
  readonly embeddings: readonly LeafCall[];
  /** Agents and other wrappers, outermost first where they started together. */
  readonly wrappers: readonly LeafCall[];
}

/**
 * Sorts the spans of an interaction into leaf calls and wrappers. Only leaf calls may be counted:
 * a wrapper's tokens are the sum of its children's, and two instrumentations may both report one
 * call of an API, one span inside the other or side by side.
 */
export function findCalls(
  spans: readonly RawSpan[],
  readings: ReadonlyMap<string, SpanReading>,
  tree: TraceTree,
): Calls {
  const read = spans.flatMap((span): LeafCall[] => {
    const reading = readings.get(span.spanId);
    return reading === undefined ? [] : [{ span, reading }];
  });
  const ofKind = (kind: SpanReading["kind"]): LeafCall[] =>
    read.filter((call) => call.reading.kind === kind);
  const isGeneration = ({ span, reading }: LeafCall): boolean =>
    reading.kind === "generation" ||
    (reading.kind === "agent" && isRemote(span, reading, readings, tree));
  const wrappers = ofKind("agent");
  const generations = withoutDoubles(read.filter(isGeneration), readings, tree);
  return {
    generations: withSumsOfWrappers(generations, wrappers, tree),
    tools: withoutInnerTools(ofKind("tool"), tree),
    retrievals: outermost(ofKind("retrieval"), tree),
    embeddings: withoutDoubles(ofKind("embedding"), readings, tree),
    wrappers,
  };
}

/** A tool's span inside one of the same tool is the same call, such as a client's of a server. */
function withoutInnerTools(calls: readonly LeafCall[], tree: TraceTree): LeafCall[] {
  const kept = new Map(calls.map((call) => [call.span.spanId, call]));
  for (const { span, reading } of calls) {
    if (!kept.has(span.spanId) || reading.toolName === "") continue;
    for (const { spanId } of descendants(span, tree)) {
      const inner = kept.get(spanId);
      const outer = kept.get(span.spanId);
      if (inner?.reading.toolName !== reading.toolName || outer === undefined) continue;
      kept.set(span.spanId, { span, reading: mergeReadings(outer.reading, inner.reading) });
      kept.delete(spanId);
    }
  }
  return [...kept.values()];
}

/** A retrieval inside another one brings the same documents. */
function outermost(calls: readonly LeafCall[], tree: TraceTree): LeafCall[] {
  const inner = new Set(
    calls.flatMap(({ span }) => descendants(span, tree).map(({ spanId }) => spanId)),
  );
  return calls.filter(({ span }) => !inner.has(span.spanId));
}

/** An agent that runs elsewhere: it reports usage of its own, and no generation lies below it. */
function isRemote(
  span: RawSpan,
  reading: SpanReading,
  readings: ReadonlyMap<string, SpanReading>,
  tree: TraceTree,
): boolean {
  if (reading.usage.input === undefined && reading.usage.output === undefined) return false;
  return !descendants(span, tree).some((below) => {
    const kind = readings.get(below.spanId)?.kind;
    return kind === "generation" || kind === "agent";
  });
}
