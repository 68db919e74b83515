import { until } from "../support/until.js";
import { median } from "./decode-speed.js";
import { startCalibrant, startUsual, type Pipeline } from "./pipelines.js";
import { Sender } from "./sender.js";

export interface EndToEnd {
  readonly spanBytes: number;
  readonly spans: number;
  /** Spans from the wire to a queryable row, per CPU-second of service and store together. */
  readonly calibrant: PerCpuSecond;
  readonly usual: PerCpuSecond;
  readonly ratio: number;
}

interface PerCpuSecond {
  readonly spansPerCpuSecond: number;
  readonly serviceCpuSeconds: number;
  readonly storeCpuSeconds: number;
}

const spansPerRequest = 200;
const connections = 4;

/** Sends the same spans to both pipelines in turns; the figures are medians of the rounds. */
export async function measureEndToEnd(
  spanSize: number,
  spans: number,
  rounds: number,
): Promise<EndToEnd> {
  const measured: Record<"calibrant" | "usual", PerCpuSecond[]> = { calibrant: [], usual: [] };
  for (let round = 0; round < rounds; round++) {
    measured.calibrant.push(await measureOnce(await startCalibrant(), spanSize, spans));
    measured.usual.push(await measureOnce(await startUsual(), spanSize, spans));
  }
  const ratios = measured.calibrant.map(
    (ours, round) =>
      ours.spansPerCpuSecond / (measured.usual[round] as PerCpuSecond).spansPerCpuSecond,
  );
  return {
    spanBytes: spanSize,
    spans,
    calibrant: middle(measured.calibrant),
    usual: middle(measured.usual),
    ratio: median(ratios),
  };
}

function middle(all: readonly PerCpuSecond[]): PerCpuSecond {
  const wanted = median(all.map(({ spansPerCpuSecond }) => spansPerCpuSecond));
  return all.find(({ spansPerCpuSecond }) => spansPerCpuSecond === wanted) as PerCpuSecond;
}

async function measureOnce(
  pipeline: Pipeline,
  spanSize: number,
  spans: number,
): Promise<PerCpuSecond> {
  const sender = new Sender({ otlp: pipeline.otlp, spanSize, spansPerRequest, connections });
  try {
    // Compiled code and open connections before the clock starts.
    await sender.sendAll(spans / 10);
    await allStored(pipeline, sender);
    const [service, store] = [pipeline.service().cpu, pipeline.store().cpu];
    const before = sender.acknowledged;
    await sender.sendAll(spans);
    await allStored(pipeline, sender);
    const serviceCpuSeconds = pipeline.service().cpu - service;
    const storeCpuSeconds = pipeline.store().cpu - store;
    return {
      spansPerCpuSecond: (sender.acknowledged - before) / (serviceCpuSeconds + storeCpuSeconds),
      serviceCpuSeconds,
      storeCpuSeconds,
    };
  } finally {
    sender.close();
    await pipeline.stop();
  }
}

async function allStored(pipeline: Pipeline, sender: Sender): Promise<void> {
  await until(
    "all rows to be stored",
    async () => (await pipeline.stored()) === sender.acknowledged,
    120_000,
  );
}
