import type { StoreClient } from "./client.js";

/** Columns of the raw tables that those of older Collectors lack. */
export interface OptionalColumns {
  /** `ScopeName` and `ScopeVersion` of spans. */
  readonly spanScope: boolean;
  readonly logEventName: boolean;
  readonly logTimestampTime: boolean;
}

export async function optionalColumns(client: StoreClient): Promise<OptionalColumns> {
  const rows = await client.query<{ place: string }>(
    `SELECT concat(table, '.', name) AS place FROM system.columns
     WHERE database = 'otel' AND table IN ('otel_traces', 'otel_logs')`,
  );
  const places = new Set(rows.map(({ place }) => place));
  return {
    spanScope: places.has("otel_traces.ScopeName") && places.has("otel_traces.ScopeVersion"),
    logEventName: places.has("otel_logs.EventName"),
    logTimestampTime: places.has("otel_logs.TimestampTime"),
  };
}

/** The scope of a span as two columns of a SELECT. */
export function scopeColumns({ spanScope }: OptionalColumns): string {
  return spanScope
    ? "ScopeName AS scopeName, ScopeVersion AS scopeVersion"
    : "'' AS scopeName, '' AS scopeVersion";
}
