import type { LoadGenerator } from "./load-generator.js";
import { until } from "./until.js";

/** How much of what was sent is stored; `lost` and `doubled` speak of acknowledged and of all spans. */
export interface SpanCounts {
  readonly sent: number;
  readonly acknowledged: number;
  readonly stored: number;
  readonly lost: number;
  readonly doubled: number;
  /** Stored, but never sent. */
  readonly foreign: number;
}

export type Query = <Row>(sql: string) => Promise<Row[]>;

/** How long loading may make no progress when nothing is sent any more. */
const patience = 60_000;

/** Counts when every acknowledged span is stored, or what there is when nothing comes any more. */
export async function countSpans(query: Query, load: LoadGenerator): Promise<SpanCounts> {
  let most = -1;
  let deadline = 0;
  const stored = await until(
    "the spool to be loaded",
    async () => {
      const [all] = await query<{ n: number }>(
        `SELECT toUInt32(count()) AS n FROM otel.otel_traces WHERE ServiceName = '${load.service}'`,
      );
      const n = all?.n ?? 0;
      if (n > most) {
        most = n;
        deadline = Date.now() + patience;
      }
      const late = Date.now() > deadline;
      if (n < load.acknowledged.size && !late) return undefined;
      const rows = await query<{ id: string; n: number }>(
        `SELECT SpanId AS id, toUInt32(count()) AS n FROM otel.otel_traces WHERE ServiceName = '${load.service}' GROUP BY id`,
      );
      const ids = new Set(rows.map(({ id }) => id));
      return late || [...load.acknowledged].every((id) => ids.has(id)) ? rows : undefined;
    },
    60 * patience,
  );
  const counts = new Map(stored.map(({ id, n }) => [id, n]));
  return {
    sent: load.sent.size,
    acknowledged: load.acknowledged.size,
    stored: counts.size,
    lost: [...load.acknowledged].filter((id) => !counts.has(id)).length,
    doubled: [...counts.values()].filter((n) => n > 1).length,
    foreign: [...counts.keys()].filter((id) => !load.sent.has(id)).length,
  };
}
