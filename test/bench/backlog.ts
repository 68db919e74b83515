import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { startEmbeddedStore } from "#processor/embedded/embedded.js";
import { systemClock } from "#processor/kernel/clock.js";
import { createLogger } from "#processor/kernel/logger.js";
import { createStoreClient } from "#processor/store/client.js";
import { migrate } from "#processor/store/migrations.js";
import { interactionSpans } from "./backlog-spans.js";
import { benchDirectory, startWalking, type Pipeline } from "./pipelines.js";

export interface Backlog {
  readonly interactions: number;
  readonly spans: number;
  /** Interactions stored per CPU-second of the service's process, its start included. */
  readonly interactionsPerCpuSecond: number;
  readonly interactionsPerSecond: number;
  readonly serviceCpuSeconds: number;
  readonly storeCpuSeconds: number;
  /** CPU-seconds that JSON.parse takes for the same spans as the store hands them over. */
  readonly jsonParseCpuSeconds: number;
  /** The service's CPU time in multiples of it. */
  readonly ratio: number;
  /** Largest resident memory, megabytes. */
  readonly serviceMegabytes: number;
  readonly storeMegabytes: number;
  /** Largest lag that the service's own metrics showed, seconds. */
  readonly longestLag: number;
}

const spansAtOnce = 10_000;
const observeEvery = 1_000;
const patience = 900_000;

/**
 * Fills a store with the spans of many interactions, starts a service on it and watches until all
 * of them are assembled.
 */
export async function measureBacklog(
  interactions: number,
  progress: (doing: string) => void,
): Promise<Backlog> {
  const directory = await benchDirectory();
  try {
    const { spans, jsonParseCpuSeconds } = await fill(directory, interactions, progress);
    const pipeline = await startWalking(directory);
    try {
      const watched = await watch(pipeline, interactions, progress);
      const service = pipeline.service().cpu;
      return {
        interactions,
        spans,
        interactionsPerCpuSecond: interactions / service,
        interactionsPerSecond: interactions / watched.seconds,
        serviceCpuSeconds: service,
        storeCpuSeconds: pipeline.store().cpu,
        jsonParseCpuSeconds,
        ratio: service / jsonParseCpuSeconds,
        serviceMegabytes: watched.service / 1e6,
        storeMegabytes: watched.store / 1e6,
        longestLag: watched.lag,
      };
    } finally {
      await pipeline.stop();
    }
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/** Writes the raw spans, and measures what parsing them alone costs. */
async function fill(
  directory: string,
  interactions: number,
  progress: (doing: string) => void,
): Promise<{ spans: number; jsonParseCpuSeconds: number }> {
  const store = await startEmbeddedStore({
    dataDir: join(directory, "data"),
    host: "127.0.0.1",
    port: 0,
    logger: createLogger("warn"),
    clock: systemClock,
  });
  const client = createStoreClient({ url: store.url, ...store.credentials });
  try {
    await migrate({ client, cluster: "", rawDays: 30, ownDays: 400 });
    const start = Date.now() - interactions * 3 - 3_600_000;
    let rows: object[] = [];
    let spans = 0;
    let jsonParseCpuSeconds = 0;
    const insert = async (): Promise<void> => {
      await client.insert("otel.otel_traces", rows);
      spans += rows.length;
      jsonParseCpuSeconds += parseSeconds(rows.map((row) => JSON.stringify(row)));
      rows = [];
    };
    for (let index = 0; index < interactions; index++) {
      rows.push(...interactionSpans(index, start));
      if (rows.length < spansAtOnce) continue;
      await insert();
      progress(`${index + 1} of ${interactions} interactions written`);
    }
    await insert();
    return { spans, jsonParseCpuSeconds };
  } finally {
    await client.close();
    await store.stop();
  }
}

function parseSeconds(lines: readonly string[]): number {
  const before = process.cpuUsage();
  let parsed = 0;
  for (const line of lines) if (JSON.parse(line) !== undefined) parsed++;
  const { user, system } = process.cpuUsage(before);
  if (parsed !== lines.length) throw new Error("not every line was parsed");
  return (user + system) / 1e6;
}

interface Watched {
  readonly seconds: number;
  readonly service: number;
  readonly store: number;
  readonly lag: number;
}

async function watch(
  pipeline: Pipeline,
  interactions: number,
  progress: (doing: string) => void,
): Promise<Watched> {
  const start = performance.now();
  let [service, store, lag, spoken] = [0, 0, 0, 0];
  for (;;) {
    const done = await pipeline.count("calibrant.interactions");
    service = Math.max(service, pipeline.service().resident);
    store = Math.max(store, pipeline.store().resident);
    lag = Math.max(lag, await pipeline.metric("calibrant_interactions_lag_seconds"));
    const elapsed = performance.now() - start;
    if (done === interactions) return { seconds: elapsed / 1_000, service, store, lag };
    if (elapsed > patience) throw new Error(`${done} of ${interactions} have been assembled`);
    if (elapsed - spoken > 5_000) {
      spoken = elapsed;
      progress(`${done} of ${interactions} interactions assembled`);
    }
    await pause(observeEvery);
  }
}
