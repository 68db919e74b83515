import type { LedgerEntry } from "../../model/ports.js";

/** The ids of the span that was evaluated, as OTLP has them. */
export interface EvaluatedSpan {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
}

/** Undefined where the ids are none of OTLP, such as those of other systems in a Collector's tables. */
export function evaluatedSpan(entry: LedgerEntry): EvaluatedSpan | undefined {
  const traceId = idOf(entry.trace_id, 32);
  const spanId = idOf(entry.span_id, 16);
  return traceId === undefined || spanId === undefined ? undefined : { traceId, spanId };
}

function idOf(text: string, digits: number): Uint8Array | undefined {
  const isId = text.length === digits && /^[0-9a-fA-F]+$/.test(text) && !/^0+$/.test(text);
  return isId ? Buffer.from(text, "hex") : undefined;
}

const nanosecondsPerMillisecond = 1_000_000;

/** Nanoseconds since the Unix epoch. */
export function nanoseconds(milliseconds: number): bigint {
  const whole = Math.floor(milliseconds);
  const rest = Math.round((milliseconds - whole) * nanosecondsPerMillisecond);
  return BigInt(whole) * BigInt(nanosecondsPerMillisecond) + BigInt(rest);
}
