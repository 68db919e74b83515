import { startLoad } from "../support/load-generator.js";
import { createServiceProcess } from "../support/service-process.js";
import { countSpans, type SpanCounts } from "../support/stored-spans.js";
import { until } from "../support/until.js";

export interface KillCounts extends SpanCounts {
  readonly kills: number;
}

/**
 * Kills the service again and again while clients send, then counts: every acknowledged span is
 * stored exactly once, and every other one at most once.
 * @param random decides how long the service lives between two kills
 */
export async function killUnderLoad(kills: number, random: () => number): Promise<KillCounts> {
  const service = await createServiceProcess();
  try {
    await service.start();
    const load = startLoad(service.otlp, 4);
    for (let kill = 0; kill < kills; kill++) {
      const enough = load.acknowledged.size + Math.ceil(random() * 2_000);
      await until("acknowledged spans", () => load.acknowledged.size >= enough);
      await service.kill();
      await service.start();
    }
    await load.stop();
    return { kills, ...(await countSpans((sql) => service.query(sql), load)) };
  } finally {
    await service.dispose();
  }
}
