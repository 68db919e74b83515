import {
  createContextKey,
  isSpanContextValid,
  trace,
  type Context,
  type SpanContext,
} from "@opentelemetry/api";
import { interactionInBaggage, marksInBaggage } from "./interaction-baggage.js";
import type { Marks } from "./interaction-marks.js";

/** Keys of one name are one key, so that copies of this package in a process see each other's. */
const key = createContextKey("calibrant.interaction");

interface OpenInteraction {
  readonly span: SpanContext;
  readonly marks: Marks;
}

export function withOpenInteraction(target: Context, interaction: OpenInteraction): Context {
  return target.setValue(key, interaction);
}

/** What is known here: from this process, or from the baggage that came with a request. */
export function marksOf(source: Context): Marks {
  return openInteraction(source)?.marks ?? marksInBaggage(source);
}

/** An interaction, and whether this process has opened it. */
export interface FoundInteraction {
  readonly traceId: string;
  readonly spanId: string;
  readonly own: boolean;
}

export function interactionOf(source: Context): FoundInteraction | undefined {
  const span = openInteraction(source)?.span;
  if (span !== undefined) {
    const { traceId, spanId } = span;
    return isSpanContextValid(span) ? { traceId, spanId, own: true } : undefined;
  }
  const [traceId, spanId] = interactionInBaggage(source)?.split("-") ?? [];
  // Baggage may outlive the trace that it came with, or be somebody's invention.
  if (traceId === undefined || spanId === undefined) return undefined;
  if (trace.getSpanContext(source)?.traceId !== traceId) return undefined;
  return { traceId, spanId, own: false };
}

function openInteraction(source: Context): OpenInteraction | undefined {
  return source.getValue(key) as OpenInteraction | undefined;
}
