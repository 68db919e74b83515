import { startLoad } from "../support/load-generator.js";
import { countSpans, type SpanCounts } from "../support/stored-spans.js";
import { startTestStore } from "../support/store.js";
import { openTestHouse } from "../support/test-house.js";
import { until } from "../support/until.js";

export interface StoreKillCounts extends SpanCounts {
  readonly kills: number;
}

/**
 * Kills the process of the embedded store again and again while the service loads, then counts.
 * @param random decides how long the store lives between two kills
 */
export async function killStoreUnderLoad(
  kills: number,
  random: () => number,
): Promise<StoreKillCounts> {
  const store = await startTestStore();
  const { embedded } = store;
  try {
    const { otlp, metric, close } = await openTestHouse({ store, requestTimeout: 10_000 });
    const load = startLoad(otlp, 2, { pauses: 2 });
    const loaded = 'calibrant_spool_loaded_rows_total{table="otel.otel_traces"}';
    for (let kill = 0; kill < kills; kill++) {
      const before = await metric(loaded);
      await until(
        "rows to be loaded",
        async () => (await metric(loaded)) > before + 500 * random(),
      );
      const { pid } = embedded;
      if (pid === undefined) throw new Error("the store has no process");
      process.kill(pid, "SIGKILL");
      await until(
        "the store to run again",
        () => embedded.pid !== undefined && embedded.pid !== pid,
      );
    }
    await load.stop();
    const counts = await countSpans((sql) => store.client.query(sql), load);
    await close();
    return { kills, ...counts };
  } finally {
    await store.stop();
  }
}
