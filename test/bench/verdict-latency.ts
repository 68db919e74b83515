import { setTimeout as pause } from "node:timers/promises";
import { until } from "../support/until.js";
import { startJudge } from "./judge-process.js";
import { startEverything, type Pipeline } from "./pipelines.js";
import { median } from "./statistics.js";
import { turnRequest } from "./turn-request.js";

/** All times in milliseconds. */
export interface VerdictLatency {
  /** Of the judge model. */
  readonly judge: number;
  /** How long a trace rests before it is assembled, as configured. */
  readonly settle: number;
  readonly interactionsPerSecond: number;
  readonly interactions: number;
  /** From the end of a span until its score could be read, without `judge` and `settle`. */
  readonly overheadMedian: number;
  readonly overhead95: number;
  /** What the whole time goes into, each the median and the 95th percentile. */
  readonly steps: Readonly<Record<Step, readonly [number, number]>>;
}

type Step = "spanToStore" | "storeToInteraction" | "interactionToVerdict" | "verdictToReadable";

/** Milliseconds since the Unix epoch at which each step ended. */
interface Times {
  readonly arrived: number;
  readonly assembled: number;
  readonly judged: number;
}

const settle = 2_000;
const warmUpSeconds = 10;
const lookEvery = 50;

/**
 * Turns of an application at a steady rate through a service as it is configured by default, but
 * with one judge alone, whose model may answer more calls at once. A score counts as readable when a look at the
 * store, one every 50 ms, shows it.
 * @param latency milliseconds that the judge takes
 */
export async function measureVerdictLatency(
  latency: number,
  perSecond: number,
  seconds: number,
): Promise<VerdictLatency> {
  const judge = await startJudge(latency);
  const model = `base_url: "${judge.url}", api_key: sk-bench, concurrency: 64`;
  const pipeline = await startEverything(
    `{ models: { default: { ${model} } }, evaluators: { groundedness: { enabled: false } } }`,
  );
  try {
    const sent = new Map<string, number>();
    const readable = new Map<string, number>();
    const watched = watch(pipeline, readable);
    const warm = await send(pipeline, perSecond, warmUpSeconds, 0);
    for (const [traceId, at] of await send(pipeline, perSecond, seconds, warm.size)) {
      sent.set(traceId, at);
    }
    const isScored = (): boolean => [...sent.keys()].every((traceId) => readable.has(traceId));
    await until("every turn to have its score", isScored, 60_000);
    await watched.stop();
    const all = await stepTimes(pipeline);
    const steps = [...sent].map(([traceId, at]) => {
      const { arrived, assembled, judged } = all.get(traceId) as Times;
      return {
        spanToStore: arrived - at,
        storeToInteraction: assembled - arrived,
        interactionToVerdict: judged - assembled,
        verdictToReadable: (readable.get(traceId) as number) - judged,
      };
    });
    const overheads = [...sent].map(
      ([traceId, at]) => (readable.get(traceId) as number) - at - latency - settle,
    );
    const of = (step: Step): [number, number] => {
      const values = steps.map((each) => each[step]);
      return [median(values), percentile(values, 0.95)];
    };
    return {
      judge: latency,
      settle,
      interactionsPerSecond: perSecond,
      interactions: sent.size,
      overheadMedian: median(overheads),
      overhead95: percentile(overheads, 0.95),
      steps: {
        spanToStore: of("spanToStore"),
        storeToInteraction: of("storeToInteraction"),
        interactionToVerdict: of("interactionToVerdict"),
        verdictToReadable: of("verdictToReadable"),
      },
    };
  } finally {
    await pipeline.stop();
    judge.stop();
  }
}

/** Sends turns at a rate of its own. Answers when the spans of each trace ended. */
async function send(
  { otlp }: Pipeline,
  perSecond: number,
  seconds: number,
  first: number,
): Promise<ReadonlyMap<string, number>> {
  const sent = new Map<string, number>();
  const answers: Promise<void>[] = [];
  const start = performance.now();
  for (let index = 0; index < perSecond * seconds; index++) {
    const wait = start + (index * 1_000) / perSecond - performance.now();
    if (wait > 0) await pause(wait);
    const traceId = (first + index + 1).toString(16).padStart(32, "b");
    sent.set(traceId, Date.now());
    answers.push(post(`${otlp}/v1/traces`, turnRequest(traceId, first + index)));
  }
  await Promise.all(answers);
  return sent;
}

async function post(url: string, body: string): Promise<void> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(url, { method: "POST", headers, body });
  await answer.text();
  if (!answer.ok) throw new Error(`the service answered ${answer.status}`);
}

/** Notes when the score of each trace could first be read. */
function watch(pipeline: Pipeline, readable: Map<string, number>): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const ended = (async () => {
    while (!stopping.signal.aborted) {
      const rows = await pipeline.query<{ trace: string }>(
        `SELECT trace_id AS trace FROM calibrant.evaluations
         WHERE evaluator = 'relevance' AND outcome = 'scored'`,
      );
      const now = Date.now();
      for (const { trace } of rows) if (!readable.has(trace)) readable.set(trace, now);
      await pause(lookEvery);
    }
  })();
  // Told by stop(), which comes later.
  ended.catch(() => undefined);
  return {
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
}

async function stepTimes(pipeline: Pipeline): Promise<ReadonlyMap<string, Times>> {
  const rows = await pipeline.query<{ trace: string } & Record<keyof Times, string>>(
    `SELECT trace_id AS trace, toUnixTimestamp64Milli(i.arrived_at) AS arrived,
            toUnixTimestamp64Milli(i.revised_at) AS assembled,
            toUnixTimestamp64Milli(e.evaluated_at) AS judged
     FROM calibrant.interactions AS i
     INNER JOIN calibrant.evaluations AS e ON e.interaction_id = i.interaction_id
     WHERE e.evaluator = 'relevance'`,
  );
  return new Map(
    rows.map(({ trace, arrived, assembled, judged }) => [
      trace,
      { arrived: Number(arrived), assembled: Number(assembled), judged: Number(judged) },
    ]),
  );
}

function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
}
