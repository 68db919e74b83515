import { fork } from "node:child_process";
import { once } from "node:events";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { NodeSDK, tracing } from "@opentelemetry/sdk-node";
import OpenAI from "openai";
import { GenAiFetchInstrumentation } from "#instrumentation/index.js";

export interface InstrumentationCost {
  readonly call: "whole answer" | "streamed answer";
  readonly content: boolean;
  /** Microseconds of CPU of one call without the instrumentation. */
  readonly plainCpu: number;
  /** Microseconds of CPU that it adds, the SDK's work on the span included. */
  readonly addedCpu: number;
  /** The added CPU as a part of the call's. */
  readonly ratio: number;
  /** Microseconds of CPU for sending one span, as `--import` does it in batches. */
  readonly exportCpu: number;
  /** Milliseconds from the call to its end, median. */
  readonly plainLatency: number;
  readonly addedLatency: number;
  /** Milliseconds from the call to the first piece of the answer, median. */
  readonly addedFirstPiece: number;
}

const rounds = 11;
const callsARound = 100;

/** A conversation of some 3,500 characters, and a tool. */
const messages = [
  { role: "system" as const, content: "Be kind. ".repeat(60) },
  ...Array.from({ length: 6 }, (_, at) => ({
    role: at % 2 === 0 ? ("user" as const) : ("assistant" as const),
    content: `What of order ${at}? `.repeat(25),
  })),
  { role: "user" as const, content: "And now?" },
];

/**
 * Calls of a real client to a server in another process, in turns without and with the
 * instrumentation in one process, spans exported as `--import` sets it up.
 */
export async function measureInstrumentation(): Promise<InstrumentationCost[]> {
  const server = fork(new URL("model-server.js", import.meta.url), {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const [port] = (await once(server.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
  const root = `http://127.0.0.1:${String(port).trim()}`;
  const instrumentation = new GenAiFetchInstrumentation();
  const spans = new tracing.BatchSpanProcessor(new OTLPTraceExporter({ url: `${root}/v1/traces` }));
  const sdk = new NodeSDK({
    spanProcessors: [spans],
    instrumentations: [instrumentation],
    metricReaders: [],
    logRecordProcessors: [],
    autoDetectResources: false,
  });
  sdk.start();
  instrumentation.disable();
  try {
    const costs: InstrumentationCost[] = [];
    for (const content of [false, true]) {
      for (const streamed of [false, true]) {
        costs.push(await measure({ root, instrumentation, spans, content, streamed }));
      }
    }
    return costs;
  } finally {
    await sdk.shutdown();
    server.disconnect();
  }
}

interface Setting {
  readonly root: string;
  readonly instrumentation: GenAiFetchInstrumentation;
  readonly spans: tracing.BatchSpanProcessor;
  readonly content: boolean;
  readonly streamed: boolean;
}

interface Round {
  /** Microseconds of one call. */
  readonly cpu: number;
  /** Microseconds of sending one span. */
  readonly exportCpu: number;
  readonly latencies: readonly number[];
  readonly firstPieces: readonly number[];
}

async function measure(setting: Setting): Promise<InstrumentationCost> {
  const { instrumentation, content, streamed } = setting;
  instrumentation.setConfig({ captureMessageContent: content });
  const plain: Round[] = [];
  const watched: Round[] = [];
  for (let round = -2; round < rounds; round++) {
    // In turns, so that whatever else the machine does hits both.
    const first = await measureRound(setting, round % 2 === 0);
    const second = await measureRound(setting, round % 2 !== 0);
    if (round < 0) continue;
    (round % 2 === 0 ? watched : plain).push(first);
    (round % 2 === 0 ? plain : watched).push(second);
  }
  const added = watched.map(({ cpu }, at) => cpu - (plain[at] as Round).cpu);
  const plainCpu = median(plain.map(({ cpu }) => cpu));
  const latency = (list: readonly Round[]): number => median(list.flatMap((one) => one.latencies));
  const piece = (list: readonly Round[]): number => median(list.flatMap((one) => one.firstPieces));
  return {
    call: streamed ? "streamed answer" : "whole answer",
    content,
    plainCpu,
    addedCpu: median(added),
    ratio: median(added) / plainCpu,
    exportCpu: median(watched.map(({ exportCpu }) => exportCpu)),
    plainLatency: latency(plain),
    addedLatency: latency(watched) - latency(plain),
    addedFirstPiece: piece(watched) - piece(plain),
  };
}

async function measureRound(setting: Setting, watched: boolean): Promise<Round> {
  const { instrumentation, root, spans, streamed } = setting;
  if (watched) instrumentation.enable();
  // A client keeps the fetch that it found when it was made.
  const client = new OpenAI({ apiKey: "test", baseURL: `${root}/v1` });
  const latencies: number[] = [];
  const firstPieces: number[] = [];
  const before = process.cpuUsage();
  for (let call = 0; call < callsARound; call++) {
    const start = performance.now();
    firstPieces.push((await (streamed ? stream(client) : create(client))) - start);
    latencies.push(performance.now() - start);
  }
  const calls = process.cpuUsage(before);
  await spans.forceFlush();
  const all = process.cpuUsage(before);
  instrumentation.disable();
  const cpu = calls.user + calls.system;
  const exportCpu = all.user + all.system - cpu;
  return { cpu: cpu / callsARound, exportCpu: exportCpu / callsARound, latencies, firstPieces };
}

/** Answers when the first piece came. */
async function create(client: OpenAI): Promise<number> {
  await client.chat.completions.create({ model: "m", messages });
  return performance.now();
}

async function stream(client: OpenAI): Promise<number> {
  let first: number | undefined;
  const pieces = await client.chat.completions.create({ model: "m", messages, stream: true });
  for await (const piece of pieces) if (piece.choices.length > 0) first ??= performance.now();
  return first ?? performance.now();
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
