import type { RawLog, RawSpan } from "../../model/telemetry.js";
import { emptyReading, mergeReadings, type SpanReading } from "../reading.js";
import type { Dialect } from "./dialect.js";
import { openInference } from "./openinference.js";
import { otelGenAi } from "./otel-genai.js";

/** The most particular dialect first. */
const dialects: readonly Dialect[] = [openInference, otelGenAi];

/** Reads a span with every dialect that recognises it. Undefined when none does. */
export function readSpan(
  span: RawSpan,
  logs: readonly RawLog[],
  known: readonly Dialect[] = dialects,
): SpanReading | undefined {
  const readings = known
    .filter((dialect) => dialect.recognises(span, logs))
    .map((dialect) => ({ ...dialect.read(span, logs), dialects: [dialect.name] }));
  return readings.length === 0 ? undefined : readings.reduce(mergeReadings, emptyReading);
}
