import type { EarlierSpans } from "../model/ports.js";
import { storeTime, type StoreClient } from "./client.js";
import { withoutVerdictSpans } from "./verdict-rows.js";

/** Milliseconds of spans that are looked at in one statement. */
const stretch = 3_600_000;

/**
 * Spans that were stored before Calibrant's views watched their table: they are announced to the
 * walk as if they had arrived now. A trace that has been announced is not announced again.
 */
export function createEarlierSpans(client: StoreClient): EarlierSpans {
  return {
    announce: async (since, now) => {
      for (let start = since; start < now; start += stretch) {
        await client.command(
          `INSERT INTO calibrant.trace_arrivals
             (arrived_at, trace_id, service_name, spans, logs, roots, earliest, latest)
           SELECT now64(3), TraceId, any(ServiceName), toUInt32(count()), toUInt32(0),
                  toUInt32(countIf(ParentSpanId = '')), toDateTime64(min(Timestamp), 3),
                  toDateTime64(max(Timestamp), 3)
           FROM otel.otel_traces
           WHERE TraceId != '' AND ${withoutVerdictSpans} AND Timestamp >= '${storeTime(start)}'
             AND Timestamp < '${storeTime(start + stretch)}'
             AND TraceId NOT IN (SELECT trace_id FROM calibrant.trace_arrivals)
           GROUP BY TraceId`,
        );
      }
    },
  };
}
