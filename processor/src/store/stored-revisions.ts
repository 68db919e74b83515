import { CalibrantError } from "../kernel/errors.js";
import type { AssembledTrace } from "../model/ports.js";
import { storeTime, type StoreClient } from "./client.js";
import { groupBy } from "./group-by.js";
import { stringList } from "./string-list.js";

/** Rows of one interaction and revision in one of the two tables. */
export interface StoredRevision {
  readonly interactionId: string;
  readonly traceId: string;
  readonly revision: number;
  /** Empty for calls, as the session is. */
  readonly contentHash: string;
  readonly service: string;
  readonly session: string;
  /** When its last piece arrived, milliseconds; 0 for calls. */
  readonly arrivedAt: number;
  /** Bounds of `started_at`, milliseconds. */
  readonly earliest: number;
  readonly latest: number;
}

export interface StoredRevisions {
  readonly interactions: readonly StoredRevision[];
  readonly calls: readonly StoredRevision[];
}

interface Row {
  readonly ofCalls: number;
  readonly interactionId: string;
  readonly traceId: string;
  readonly revision: string;
  readonly contentHash: string;
  readonly service: string;
  readonly session: string;
  readonly arrivedAt: string;
  readonly earliest: string;
  readonly latest: string;
}

/** An older revision may have begun at another time, since its root was missing. */
const margin = 2 * 86_400_000;

/** What is stored for these traces, in both tables. */
export async function storedRevisions(
  client: StoreClient,
  traces: readonly AssembledTrace[],
): Promise<StoredRevisions> {
  const where = `trace_id IN ${stringList(traces.map((trace) => trace.traceId))}${rangeOf(traces)}`;
  const columns = (ofCalls: number, hash: string, own: string, table: string): string =>
    `SELECT ${ofCalls} AS ofCalls, interaction_id AS interactionId, trace_id AS traceId, revision,
            ${hash} AS contentHash, any(service_name) AS service, ${own},
            toUnixTimestamp64Milli(min(started_at)) AS earliest,
            toUnixTimestamp64Milli(max(started_at)) AS latest
     FROM ${table} WHERE ${where}
     GROUP BY interaction_id, trace_id, revision, contentHash`;
  const rows = await client.query<Row>(
    `${columns(0, "toString(content_hash)", "any(session_id) AS session, toUnixTimestamp64Milli(max(arrived_at)) AS arrivedAt", "calibrant.interactions")}
     UNION ALL
     ${columns(1, "''", "'', toInt64(0)", "calibrant.model_calls")}`,
  );
  const revisions = groupBy(rows, (row) => row.ofCalls);
  return {
    interactions: (revisions.get(0) ?? []).map(toRevision),
    calls: (revisions.get(1) ?? []).map(toRevision),
  };
}

/** Traces without interactions do not say when they began: then there is nothing to narrow by. */
function rangeOf(traces: readonly AssembledTrace[]): string {
  if (traces.some((trace) => trace.interactions.length === 0)) return "";
  const times = traces.flatMap((trace) => [
    ...trace.interactions.map((row) => row.started_at),
    ...trace.modelCalls.map((row) => row.started_at),
  ]);
  return betweenTimes(times, times, margin);
}

function toRevision({ ofCalls: _table, ...row }: Row): StoredRevision {
  return {
    ...row,
    revision: Number(row.revision),
    arrivedAt: Number(row.arrivedAt),
    earliest: Number(row.earliest),
    latest: Number(row.latest),
  };
}

type Table = "calibrant.interactions" | "calibrant.model_calls";

/**
 * Deletes revisions without rewriting parts: a patch that takes milliseconds. A store that cannot
 * do it that way masks the rows by a mutation, which is slower.
 */
export async function deleteRevisions(
  client: StoreClient,
  table: Table,
  stale: readonly StoredRevision[],
): Promise<void> {
  if (stale.length === 0) return;
  const pairs = stale.map(
    (row) => `(${stringList([row.interactionId]).slice(1, -1)}, ${row.revision})`,
  );
  const range = betweenTimes(
    stale.map((row) => row.earliest),
    stale.map((row) => row.latest),
    0,
  );
  const statement = `DELETE FROM ${table}
    WHERE trace_id IN ${stringList([...new Set(stale.map((row) => row.traceId))])}${range}
      AND (interaction_id, revision) IN (${pairs.join(", ")})`;
  try {
    await client.command(statement, {}, { lightweight_delete_mode: "lightweight_update" });
  } catch (error) {
    if (!(error instanceof CalibrantError) || error.retryable) throw error;
    await client.command(statement, {}, { lightweight_deletes_sync: 2 });
  }
}

export function betweenTimes(
  earliest: readonly number[],
  latest: readonly number[],
  around: number,
): string {
  const start = earliest.reduce((left, right) => Math.min(left, right), Infinity) - around;
  const end = latest.reduce((left, right) => Math.max(left, right), -Infinity) + around;
  const clamped = [Math.max(0, start), Math.min(latestTime, end)].map(storeTime);
  return ` AND started_at >= '${clamped[0]}' AND started_at <= '${clamped[1]}'`;
}

/** The end of what DateTime64(3) holds. */
const latestTime = 10_413_791_999_999;
