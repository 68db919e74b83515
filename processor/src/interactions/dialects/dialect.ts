import type { RawLog, RawSpan } from "../../model/telemetry.js";
import type { SpanReading } from "../reading.js";

/**
 * One way in which libraries describe GenAI work. A dialect says what it recognises and gives the
 * normalised fields that it can; several dialects may read the same span, and the first in the
 * order of `dialects.ts` has the last word on each field. Neither function ever throws: everything
 * that it is handed comes from outside.
 */
export interface Dialect {
  /** Stored with each interaction that was read with it. */
  readonly name: string;
  recognises(span: RawSpan, logs: readonly RawLog[]): boolean;
  /** @param logs the records of this span, oldest first */
  read(span: RawSpan, logs: readonly RawLog[]): SpanReading;
}
