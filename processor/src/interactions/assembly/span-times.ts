import type { RawSpan } from "../../model/telemetry.js";

/** What DateTime64(3) columns hold: 1970 to the end of 2299. Spans with broken clocks are clamped. */
const latest = 10_413_791_999_000;

/** Nanoseconds since the Unix epoch to milliseconds, within what the store can hold. */
export function toMilliseconds(nanoseconds: bigint): number {
  return Math.min(latest, Math.max(0, Number(nanoseconds / 1_000_000n)));
}

/** How long a span lasted, in milliseconds with their fraction. */
export function durationOf(span: RawSpan): number {
  return nanosecondsToDuration(span.duration);
}

export function nanosecondsToDuration(nanoseconds: bigint): number {
  return Math.max(0, Number(nanoseconds) / 1e6);
}
