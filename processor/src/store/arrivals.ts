import type { ArrivalPage, ArrivalPosition, TraceArrival } from "../model/ports.js";
import { storeTime, type StoreClient } from "./client.js";
import { stringList } from "./string-list.js";
import { fromWire, type WireRow } from "./wire-row.js";

/** `kept` tells a row of the page from the one that only brings the store's clock. */
type ArrivalRow = WireRow<TraceArrival, "arrivedAt" | "earliest" | "latest"> & {
  readonly kept: number;
};

/**
 * A page of arrivals and the store's clock in one statement, so that the clock is not ahead of
 * what the page can show.
 */
export async function readArrivals(
  client: StoreClient,
  after: ArrivalPosition,
  limit: number,
): Promise<ArrivalPage> {
  const time = `toDateTime64('${storeTime(after.arrivedAt)}', 3, 'UTC')`;
  const rows = await client.query<ArrivalRow>(
    `SELECT 0 AS kept, toUnixTimestamp64Milli(now64(3)) AS arrivedAt, '' AS traceId, '' AS service,
            toUInt32(0) AS spans, toUInt32(0) AS logs, toUInt32(0) AS roots,
            toInt64(0) AS earliest, toInt64(0) AS latest
     UNION ALL
     SELECT 1, toUnixTimestamp64Milli(arrived_at), trace_id, max(a.service_name),
            toUInt32(sum(a.spans)), toUInt32(sum(a.logs)), toUInt32(sum(a.roots)),
            toUnixTimestamp64Milli(min(a.earliest)), toUnixTimestamp64Milli(max(a.latest))
     FROM calibrant.trace_arrivals AS a
     WHERE arrived_at >= ${time} AND (arrived_at, trace_id) > (${time}, ${stringList([after.traceId])})
     GROUP BY arrived_at, trace_id
     ORDER BY arrived_at, trace_id
     LIMIT ${limit}`,
    {},
    { optimize_aggregation_in_order: 1 },
  );
  const arrivals: TraceArrival[] = [];
  let clock = 0;
  for (const { kept, ...row } of rows) {
    const arrival = fromWire<TraceArrival, "arrivedAt" | "earliest" | "latest">(row, [
      "arrivedAt",
      "earliest",
      "latest",
    ]);
    if (kept === 1) arrivals.push(arrival);
    else clock = arrival.arrivedAt;
  }
  return { arrivals, storeTime: clock };
}
