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

/** How long the spool may take to be loaded when nothing is sent any more. */
const loadingTime = 60_000;

/** Counts when every acknowledged span is stored, or at a deadline what there is by then. */
export async function countSpans(query: Query, load: LoadGenerator): Promise<SpanCounts> {
  const deadline = Date.now() + loadingTime;
  const stored = await until(
    "the spool to be loaded",
    async () => {
      const rows = await query<{ id: string; n: number }>(
        `SELECT SpanId AS id, toUInt32(count()) AS n FROM otel.otel_traces WHERE ServiceName = '${load.service}' GROUP BY id`,
      );
      const ids = new Set(rows.map(({ id }) => id));
      const all = [...load.acknowledged].every((id) => ids.has(id));
      return all || Date.now() > deadline ? rows : undefined;
    },
    2 * loadingTime,
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
