import type { LedgerEntry } from "../../model/ports.js";
import { attributeFields } from "./attributes.js";
import { evaluatedSpan, nanoseconds } from "./evaluated-span.js";
import { bytesField, fixed64Field, textField, varintField } from "./protobuf.js";
import { verdictAttributes } from "./verdict-attributes.js";

/** The event of the GenAI conventions; its span is the one that was evaluated. */
const eventName = "gen_ai.evaluation.result";

const severities = { info: 9, warn: 13 } as const;

/** The fields of an opentelemetry.proto.logs.v1.LogRecord. */
export function logRecord(entry: LedgerEntry, explanations: boolean): Uint8Array[] {
  const time = nanoseconds(entry.evaluated_at);
  const span = evaluatedSpan(entry);
  return [
    fixed64Field(1, time),
    varintField(2, entry.outcome === "failed" ? severities.warn : severities.info),
    textField(3, entry.outcome === "failed" ? "WARN" : "INFO"),
    ...attributeFields(6, verdictAttributes(entry, explanations)),
    ...(span === undefined ? [] : [bytesField(9, span.traceId), bytesField(10, span.spanId)]),
    fixed64Field(11, time),
    textField(12, eventName),
  ];
}
