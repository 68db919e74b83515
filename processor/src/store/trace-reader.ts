import type { ArrivalPage, TraceReader, TraceRows, WantedTrace } from "../model/ports.js";
import { readArrivals } from "./arrivals.js";
import type { StoreClient } from "./client.js";
import { optionalColumns, type OptionalColumns } from "./optional-columns.js";
import { logsOf } from "./raw-logs.js";
import { spansOf } from "./raw-spans.js";
import { clickHouseCode } from "./store-error.js";
import { timeRange, type ReadLimits } from "./trace-range.js";

/** ClickHouse's TOO_MANY_ROWS_OR_BYTES. */
const tooLarge = 396;

/** How many more traces are tried after some that fitted. */
const growth = 1.2;

const usual: ReadLimits = { result: 24 * 1024 ** 2, rows: 20_000, value: 4 * 1024 ** 2 };

/** For a single trace that is too large in the usual way: what can be told of it must do. */
const tight: ReadLimits = { result: 0, rows: 1_000, value: 8 * 1024 };

/** Reads raw rows, which Calibrant's own ingest or a Collector has filled in. */
export function createTraceReader(
  client: StoreClient,
  limits: Pick<ReadLimits, "result" | "rows"> = usual,
): TraceReader {
  let columns: OptionalColumns | undefined;
  /** As many as the store took last: what is too large once will be again. */
  let fitting = Infinity;

  const read = async (wanted: readonly WantedTrace[], within: ReadLimits): Promise<TraceRows[]> => {
    columns ??= await optionalColumns(client);
    const range = await timeRange(client, wanted);
    const [spans, logs] = await Promise.all([
      spansOf(client, wanted, range, within, columns),
      logsOf(client, wanted, range, within, columns),
    ]);
    return wanted.map(({ traceId }) => {
      const ofSpans = spans.get(traceId) ?? [];
      const ofLogs = logs.get(traceId) ?? [];
      return {
        traceId,
        truncated: ofSpans.length > within.rows || ofLogs.length > within.rows,
        spans: ofSpans.slice(0, within.rows),
        logs: ofLogs.slice(0, within.rows),
      };
    });
  };

  return {
    arrivals: (after, limit): Promise<ArrivalPage> => readArrivals(client, after, limit),
    traces: async (wanted) => {
      if (wanted.length === 0) return [];
      for (;;) {
        const count = Math.min(wanted.length, fitting);
        try {
          const traces = await read(wanted.slice(0, count), { ...usual, ...limits });
          if (count === fitting) fitting = Math.ceil(fitting * growth);
          return traces;
        } catch (error) {
          if (clickHouseCode(error) !== tooLarge) throw error;
          if (count === 1) return await read(wanted.slice(0, 1), tight);
          fitting = Math.ceil(count / 2);
        }
      }
    },
  };
}
