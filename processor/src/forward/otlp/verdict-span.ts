import type { LedgerEntry } from "../../model/ports.js";
import { attributeFields } from "./attributes.js";
import { evaluatedSpan, nanoseconds } from "./evaluated-span.js";
import { bytesField, fixed64Field, messageField, textField, varintField } from "./protobuf.js";
import { errorType, verdictAttributes } from "./verdict-attributes.js";

/**
 * What assembly leaves out as the work of a judge (room `interactions`), should the span come back
 * in a form in which the store does not know it.
 */
const judgeMark = "calibrant.judge";

const internal = 1;
const failed = 2;

/**
 * The fields of an opentelemetry.proto.trace.v1.Span: `evaluate NAME`, a child of the evaluated span
 * that lasted as long as the judge took. Its id is the line's, so that sending it twice gives the
 * same span. Undefined for a line without a span to be a child of.
 */
export function verdictSpan(entry: LedgerEntry, explanations: boolean): Uint8Array[] | undefined {
  const parent = evaluatedSpan(entry);
  if (parent === undefined) return undefined;
  const duration = Math.max(0, entry.latency_ms);
  return [
    bytesField(1, parent.traceId),
    bytesField(2, Buffer.from(entry.id, "hex")),
    bytesField(4, parent.spanId),
    textField(5, `evaluate ${entry.evaluator}`),
    varintField(6, internal),
    fixed64Field(7, nanoseconds(Math.max(0, entry.evaluated_at - duration))),
    fixed64Field(8, nanoseconds(entry.evaluated_at)),
    ...attributeFields(9, { ...verdictAttributes(entry, explanations), [judgeMark]: true }),
    ...(entry.outcome === "failed"
      ? [messageField(15, [textField(2, errorType(entry.reason)), varintField(3, failed)])]
      : []),
  ];
}
