import type { LeafCall } from "./leaf-calls.js";
import { emptyReading, mergeReadings, type SpanReading } from "../reading.js";
import { descendants, type TraceTree } from "./trace-tree.js";

/**
 * A wrapper's tokens are the sum of its calls', and are not counted. Where a library says them on
 * the wrapper alone, its last call gets them, and every call what is known of the model.
 * @param calls oldest first
 * @param wrappers outermost first
 */
export function withSumsOfWrappers(
  calls: readonly LeafCall[],
  wrappers: readonly LeafCall[],
  tree: TraceTree,
): LeafCall[] {
  const result = new Map(calls.map((call) => [call.span.spanId, call]));
  for (const { span, reading } of wrappers.toReversed()) {
    const isSum = saysUsage(reading);
    if (!isSum && reading.requestModel === "") continue;
    const inside = new Set(descendants(span, tree).map(({ spanId }) => spanId));
    const own = [...result.values()].filter((call) => inside.has(call.span.spanId));
    if (own.length === 0 || own.some((call) => saysUsage(call.reading))) continue;
    for (const call of own) {
      const known = { ...call.reading, ...modelOf(call.reading, reading) };
      const isLast = call === own.at(-1);
      const rest = isSum ? { ...known, usage: countedElsewhere } : known;
      const whole = isLast ? mergeReadings(known, gapsOnly(reading)) : rest;
      result.set(call.span.spanId, { span: call.span, reading: whole });
    }
  }
  return [...result.values()];
}

const countedElsewhere = { ...emptyReading.usage, input: 0, output: 0 };

function saysUsage({ usage }: SpanReading): boolean {
  return usage.input !== undefined || usage.output !== undefined;
}

function modelOf(own: SpanReading, wrapper: SpanReading): Partial<SpanReading> {
  return {
    provider: own.provider || wrapper.provider,
    requestModel: own.requestModel || wrapper.requestModel,
    responseModel: own.responseModel || wrapper.responseModel,
  };
}

/** What a wrapper may say of its last call. */
function gapsOnly(reading: SpanReading): SpanReading {
  return { ...reading, dialects: [], input: [], output: [], notes: [] };
}
