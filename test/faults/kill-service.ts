import { expect } from "vitest";
import { startLoad } from "../support/load-generator.js";
import { createServiceProcess, type ServiceProcess } from "../support/service-process.js";
import { until } from "../support/until.js";

export interface KillCounts {
  readonly kills: number;
  readonly sent: number;
  readonly acknowledged: number;
  readonly stored: number;
  readonly lost: number;
  readonly doubled: number;
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

    const stored = await loadedSpans(service, load.acknowledged);
    const counts = new Map(stored.map(({ id, n }) => [id, n]));
    expect([...counts.keys()].filter((id) => !load.sent.has(id))).toEqual([]);
    return {
      kills,
      sent: load.sent.size,
      acknowledged: load.acknowledged.size,
      stored: counts.size,
      lost: [...load.acknowledged].filter((id) => !counts.has(id)).length,
      doubled: [...counts.values()].filter((n) => n > 1).length,
    };
  } finally {
    await service.dispose();
  }
}

/** How long the spool may take to be loaded when nothing is sent any more. */
const loadingTime = 60_000;

/** The stored spans once every acknowledged one is among them; at the deadline, what there is. */
async function loadedSpans(
  service: ServiceProcess,
  acknowledged: ReadonlySet<string>,
): Promise<{ id: string; n: number }[]> {
  const deadline = Date.now() + loadingTime;
  return await until(
    "the spool to be loaded",
    async () => {
      const rows = await service.query<{ id: string; n: number }>(
        "SELECT SpanId AS id, toUInt32(count()) AS n FROM otel.otel_traces WHERE ServiceName = 'load-generator' GROUP BY id",
      );
      const ids = new Set(rows.map(({ id }) => id));
      const all = [...acknowledged].every((id) => ids.has(id));
      return all || Date.now() > deadline ? rows : undefined;
    },
    2 * loadingTime,
  );
}
