import type { RawLog, RawSpan } from "../../model/telemetry.js";
import type { SpanReading } from "../reading.js";

/**
 * Whose words a dialect knows: those of one library, a format that several libraries share, or the
 * OpenTelemetry conventions. Where several dialects read the same span, the most particular has the
 * last word on each field.
 */
export type Scope = "library" | "format" | "conventions";

/**
 * One way in which libraries describe GenAI work. A dialect says what it recognises and gives the
 * normalised fields that it can. Each is a file in `known/` that exports it as `dialect`; nothing
 * else has to know of it. Neither function ever throws: everything that it is handed comes from
 * outside.
 */
export interface Dialect {
  /** Stored with each interaction that was read with it. */
  readonly name: string;
  readonly scope: Scope;
  recognises(span: RawSpan, logs: readonly RawLog[]): boolean;
  /** @param logs the records of this span, oldest first */
  read(span: RawSpan, logs: readonly RawLog[]): SpanReading;
}
