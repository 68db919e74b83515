import type { RawSpan } from "../../model/telemetry.js";
import type { LeafCall } from "./leaf-calls.js";
import { mergeReadings, type SpanReading } from "../reading.js";
import type { TraceTree } from "./trace-tree.js";

/**
 * Leaves one call for each call of an API, oldest first. Two instrumentations often report the
 * same call, one span inside the other (a framework's around the client's) or side by side. The
 * innermost span is nearest to the wire and its word counts; the others fill its gaps.
 * @param calls oldest first
 */
export function withoutDoubles(
  calls: readonly LeafCall[],
  readings: ReadonlyMap<string, SpanReading>,
  tree: TraceTree,
): LeafCall[] {
  const kept = new Map(calls.map((call) => [call.span.spanId, call]));
  const insideOf = new Map<string, string[]>();
  const standsFor = new Map<string, string>();
  for (const call of deepestFirst(calls, tree)) {
    const { spanId } = call.span;
    const inner = (insideOf.get(spanId) ?? [])
      .flatMap((id) => kept.get(standsFor.get(id) ?? id) ?? [])
      .filter((candidate) => isSameCall(candidate.reading, call.reading));
    const chosen = inner.findLast(({ reading }) => sharesId(reading, call.reading)) ?? inner.at(-1);
    if (chosen !== undefined) {
      const reading = mergeReadings(chosen.reading, call.reading);
      kept.set(chosen.span.spanId, { span: chosen.span, reading });
      kept.delete(spanId);
      standsFor.set(spanId, chosen.span.spanId);
    }
    const outer = enclosing(call, kept, readings, tree);
    if (outer !== undefined) insideOf.set(outer, [spanId, ...(insideOf.get(outer) ?? [])]);
  }
  return withoutTwins([...kept.values()]);
}

/** By place in the tree and not by time: clocks let a child start before its parent. */
function deepestFirst(calls: readonly LeafCall[], tree: TraceTree): LeafCall[] {
  const depths = new Map(calls.map(({ span }) => [span.spanId, ancestors(span, tree).length]));
  const depth = ({ span }: LeafCall): number => depths.get(span.spanId) ?? 0;
  return calls.toReversed().toSorted((left, right) => depth(right) - depth(left));
}

/** The spans above one, nearest first. */
function ancestors(span: RawSpan, tree: TraceTree): RawSpan[] {
  const found = new Map<string, RawSpan>();
  let above = tree.byId.get(span.parentSpanId);
  while (above !== undefined && above !== span && !found.has(above.spanId)) {
    found.set(above.spanId, above);
    above = tree.byId.get(above.parentSpanId);
  }
  return [...found.values()];
}

/**
 * The nearest call around this one. Work of another kind in between ends the search: a generation
 * that a tool of another generation makes is a call of its own.
 */
function enclosing(
  call: LeafCall,
  calls: ReadonlyMap<string, LeafCall>,
  readings: ReadonlyMap<string, SpanReading>,
  tree: TraceTree,
): string | undefined {
  for (const { spanId } of ancestors(call.span, tree)) {
    if (calls.has(spanId)) return spanId;
    if ((readings.get(spanId)?.kind ?? "none") !== "none") return undefined;
  }
  return undefined;
}

function sharesId(left: SpanReading, right: SpanReading): boolean {
  return left.responseId !== "" && left.responseId === right.responseId;
}

/**
 * Ids decide where both sides have one; otherwise a call inside a call is the same one where the
 * models agree or both have used the same tokens, since gateways rename models.
 */
function isSameCall(inner: SpanReading, outer: SpanReading): boolean {
  if (inner.responseId !== "" && outer.responseId !== "") return sharesId(inner, outer);
  const [innerNames, outerNames] = [namesOf(inner), namesOf(outer)];
  if (innerNames.length === 0 || outerNames.length === 0) return true;
  return (
    innerNames.some((left) => outerNames.some((right) => modelsAgree(left, right))) ||
    usedTheSame(inner, outer)
  );
}

/** Without the paths and regions that gateways and clouds put before a model's name. */
function namesOf(reading: SpanReading): string[] {
  return [reading.requestModel, reading.responseModel]
    .map((name) => name.slice(name.lastIndexOf("/") + 1).replace(regionAndVendor, ""))
    .filter((name) => name !== "");
}

const regionAndVendor =
  /^((us|eu|apac|global|us-gov)\.)?(anthropic|amazon|meta|mistral|cohere|deepseek|openai)\./;

/** A dated name and its alias are the same model. */
function modelsAgree(left: string, right: string): boolean {
  return left.startsWith(right) || right.startsWith(left);
}

function usedTheSame({ usage: left }: SpanReading, { usage: right }: SpanReading): boolean {
  return (left.output ?? 0) > 0 && left.input === right.input && left.output === right.output;
}

/** Spans side by side are one call only where the provider's own id says so. */
function withoutTwins(calls: readonly LeafCall[]): LeafCall[] {
  const byResponse = new Map<string, LeafCall>();
  for (const call of calls) {
    const key = call.reading.responseId || `span ${call.span.spanId}`;
    const twin = byResponse.get(key);
    byResponse.set(
      key,
      twin === undefined
        ? call
        : { span: twin.span, reading: mergeReadings(twin.reading, call.reading) },
    );
  }
  return [...byResponse.values()];
}
