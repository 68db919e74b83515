import { fork } from "node:child_process";
import { once } from "node:events";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { NodeSDK, tracing } from "@opentelemetry/sdk-node";
import OpenAI from "openai";
import { GenAiFetchInstrumentation } from "#instrumentation/index.js";
import { withBareSpan } from "./bare-span.js";
import type { InstrumentationCost } from "./instrumentation.js";
import { median, medianInterval } from "./statistics.js";

/**
 * Calls of a real client to a server in another process, in turns without a span, with a bare span
 * and with the instrumentation, in one process; spans are exported as `--import` sets it up. Run by
 * `measureInstrumentation`, to which it sends the costs.
 */

interface Kind {
  readonly call: InstrumentationCost["call"];
  readonly rounds: number;
  readonly callsARound: number;
  /** Calls at a time. */
  readonly concurrent: number;
}

const kinds: readonly Kind[] = [
  { call: "whole answer", rounds: 40, callsARound: 50, concurrent: 1 },
  { call: "streamed answer", rounds: 30, callsARound: 20, concurrent: 1 },
  { call: "streamed answer, paced, TLS", rounds: 10, callsARound: 20, concurrent: 20 },
];
const warmUpRounds = 3;

const ways = ["plain", "span", "watched"] as const;
type Way = (typeof ways)[number];

/** A conversation of some 3,500 characters. */
const messages = [
  { role: "system" as const, content: "Be kind. ".repeat(60) },
  ...Array.from({ length: 6 }, (_, at) => ({
    role: at % 2 === 0 ? ("user" as const) : ("assistant" as const),
    content: `What of order ${at}? `.repeat(25),
  })),
  { role: "user" as const, content: "And now?" },
];

const server = fork(new URL("model-server.js", import.meta.url), {
  stdio: ["ignore", "pipe", "inherit", "ipc"],
});
const [line] = (await once(server.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
const [port, securePort] = String(line).trim().split(" ");
const root = `http://127.0.0.1:${port}`;

const plainFetch = globalThis.fetch;
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
if (globalThis.fetch === plainFetch) throw new Error("the instrumentation is not in place");
const fetches: Readonly<Record<Way, typeof fetch>> = {
  plain: plainFetch,
  span: withBareSpan(plainFetch),
  watched: globalThis.fetch,
};

const costs: InstrumentationCost[] = [];
for (const kind of kinds) {
  for (const content of [false, true]) {
    instrumentation.setConfig({ captureMessageContent: content });
    costs.push(await measure(kind, content));
  }
}
process.send?.(costs);
await sdk.shutdown();
server.disconnect();
process.disconnect();

interface Round {
  /** Microseconds of one call. */
  readonly cpu: number;
  /** Microseconds of sending one span. */
  readonly exportCpu: number;
  readonly latencies: readonly number[];
  readonly firstPieces: readonly number[];
}

async function measure(kind: Kind, content: boolean): Promise<InstrumentationCost> {
  const rounds: Record<Way, Round[]> = { plain: [], span: [], watched: [] };
  for (let round = -warmUpRounds; round < kind.rounds; round++) {
    // In turns, so that whatever else the machine does hits all alike.
    const first = (round + warmUpRounds) % ways.length;
    for (const way of [...ways.slice(first), ...ways.slice(0, first)]) {
      const measured = await measureRound(kind, fetches[way]);
      if (round >= 0) rounds[way].push(measured);
    }
  }
  const added = (way: Way): number[] =>
    rounds[way].map(({ cpu }, at) => cpu - (rounds.plain[at] as Round).cpu);
  const plainCpu = median(rounds.plain.map(({ cpu }) => cpu));
  const [least, most] = medianInterval(added("watched"));
  const latency = (way: Way): number => median(rounds[way].flatMap((one) => one.latencies));
  const piece = (way: Way): number => median(rounds[way].flatMap((one) => one.firstPieces));
  return {
    call: kind.call,
    content,
    plainCpu,
    spanCpu: median(added("span")),
    addedCpu: median(added("watched")),
    ratio: median(added("watched")) / plainCpu,
    ratioInterval: [least / plainCpu, most / plainCpu],
    exportCpu: median(rounds.watched.map(({ exportCpu }) => exportCpu)),
    plainLatency: latency("plain"),
    addedLatency: latency("watched") - latency("plain"),
    addedFirstPiece: piece("watched") - piece("plain"),
  };
}

async function measureRound(kind: Kind, fetch: typeof globalThis.fetch): Promise<Round> {
  const secure = kind.call.includes("TLS");
  const baseURL = secure ? `https://127.0.0.1:${securePort}/paced/v1` : `${root}/v1`;
  const client = new OpenAI({ apiKey: "test", baseURL, fetch, timeout: 60_000 });
  const latencies: number[] = [];
  const firstPieces: number[] = [];
  const worker = async (): Promise<void> => {
    for (let call = 0; call < kind.callsARound / kind.concurrent; call++) {
      const start = performance.now();
      const first = await (kind.call === "whole answer" ? create(client) : stream(client));
      firstPieces.push(first - start);
      latencies.push(performance.now() - start);
    }
  };
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: kind.concurrent }, worker));
  const calls = process.cpuUsage(before);
  await spans.forceFlush();
  const all = process.cpuUsage(before);
  const cpu = calls.user + calls.system;
  const exportCpu = all.user + all.system - cpu;
  return {
    cpu: cpu / kind.callsARound,
    exportCpu: exportCpu / kind.callsARound,
    latencies,
    firstPieces,
  };
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
