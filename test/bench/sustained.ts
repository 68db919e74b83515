import { setTimeout as pause } from "node:timers/promises";
import { startCalibrant, type Pipeline } from "./pipelines.js";
import { Sender } from "./sender.js";

export interface Sustained {
  readonly spanBytes: number;
  /** Spans a second that were sent. */
  readonly rate: number;
  readonly seconds: number;
  readonly acknowledgedPerSecond: number;
  readonly refusedRequests: number;
  /** Milliseconds from when a request was due to its acknowledgement. */
  readonly latencyMedian: number;
  readonly latency99: number;
  /** Longest time from an acknowledgement until its rows could be queried, seconds. */
  readonly longestUntilQueryable: number;
  /** Largest resident memory, megabytes. */
  readonly serviceMegabytes: number;
  readonly storeMegabytes: number;
}

interface Observation {
  readonly at: number;
  readonly stored: number;
}

const spansPerRequest = 200;
const connections = 16;
const observeEvery = 200;

/** Sends at a steady rate and watches how fast rows become queryable and what memory it takes. */
export async function measureSustained(
  spanSize: number,
  rate: number,
  seconds: number,
): Promise<Sustained> {
  const pipeline = await startCalibrant();
  const sender = new Sender({ otlp: pipeline.otlp, spanSize, spansPerRequest, connections });
  try {
    const watched = watch(pipeline);
    const start = performance.now();
    await sender.sendAt(rate, seconds);
    const elapsed = (performance.now() - start) / 1_000;
    const { observations, service, store } = await watched.until(() => sender.acknowledged);
    const latencies = sender.acknowledgements
      .map(({ latency }) => latency)
      .toSorted((left, right) => left - right);
    return {
      spanBytes: spanSize,
      rate,
      seconds,
      acknowledgedPerSecond: sender.acknowledged / elapsed,
      refusedRequests: sender.refused,
      latencyMedian: latencies[Math.floor(latencies.length * 0.5)] ?? Number.NaN,
      latency99: latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN,
      longestUntilQueryable: longestWait(sender, observations),
      serviceMegabytes: service / 1e6,
      storeMegabytes: store / 1e6,
    };
  } finally {
    sender.close();
    await pipeline.stop();
  }
}

interface Watched {
  readonly observations: readonly Observation[];
  readonly service: number;
  readonly store: number;
}

/** Looks at the store and at the memory of both processes until everything is stored. */
function watch(pipeline: Pipeline): {
  until(expected: () => number): Promise<Watched>;
} {
  const observations: Observation[] = [];
  let [service, store] = [0, 0];
  let expected = Number.POSITIVE_INFINITY;
  const deadline = performance.now() + 600_000;
  const done = (async () => {
    for (;;) {
      const stored = await pipeline.stored();
      observations.push({ at: performance.now(), stored });
      service = Math.max(service, pipeline.service().resident);
      store = Math.max(store, pipeline.store().resident);
      if (stored >= expected) return;
      if (performance.now() > deadline) throw new Error("not all rows have been stored");
      await pause(observeEvery);
    }
  })();
  return {
    until: async (count) => {
      expected = count();
      await done;
      return { observations, service, store };
    },
  };
}

/** Rows are loaded in the order of their acknowledgement, so counting them is enough. */
function longestWait(sender: Sender, observations: readonly Observation[]): number {
  let acknowledged = 0;
  let index = 0;
  let longest = 0;
  for (const { at, spans } of sender.acknowledgements) {
    acknowledged += spans;
    while (index < observations.length && (observations[index]?.stored ?? 0) < acknowledged) {
      index++;
    }
    longest = Math.max(longest, (observations[index]?.at ?? Number.NaN) - at);
  }
  return longest / 1_000;
}
