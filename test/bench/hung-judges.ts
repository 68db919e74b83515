import { startJudge, type JudgeProcess } from "./judge-process.js";
import { startEverything } from "./pipelines.js";
import { Sender } from "./sender.js";
import { median } from "./statistics.js";

export interface HungJudges {
  readonly spanBytes: number;
  /** Spans a second that were sent. */
  readonly rate: number;
  readonly rounds: number;
  readonly withoutJudges: Acknowledged;
  readonly hungJudges: Acknowledged;
  /** Of the 99th percentiles with hung judges to those without judges, round by round. */
  readonly ratio: number;
  readonly ratios: readonly number[];
  /** Calls that the judge's server was sent and never answered, in all rounds. */
  readonly hungCalls: number;
}

/** Medians of the rounds; milliseconds from when a request was due to its acknowledgement. */
interface Acknowledged {
  readonly latencyMedian: number;
  readonly latency99: number;
  readonly refusedRequests: number;
  /** Interactions that were assembled, and lines that their evaluators wrote. */
  readonly interactions: number;
  readonly evaluations: number;
}

const rate = 2_000;
const spanSize = 1_200;
/** A request is a turn of an agent, 100 of them a second: what two cores assemble with ease. */
const spansPerRequest = 20;
const spansPerTrace = spansPerRequest;
const connections = 16;
const warmUpSeconds = 5;

/**
 * A service that takes in, assembles and evaluates, without a judge model and with judges whose
 * server takes every call and answers none, in turns. Calls are given up and tried again all the
 * time, and never kept back, so that as many as may be under way hang at any moment.
 * @param seconds of steady load in a round, after the load that warms up
 */
export async function measureHungJudges(rounds: number, seconds: number): Promise<HungJudges> {
  const without: Acknowledged[] = [];
  const hung: Acknowledged[] = [];
  const judge = await startJudge(Infinity);
  const withoutOnce = async (): Promise<void> => {
    without.push(await measureRound("{}", seconds));
  };
  const hungOnce = async (): Promise<void> => {
    hung.push(await measureRound(settings(judge), seconds));
  };
  try {
    for (let round = 0; round < rounds; round++) {
      const turns = [withoutOnce, hungOnce];
      for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
    }
    const ratios = hung.map(
      ({ latency99 }, round) => latency99 / (without[round] as Acknowledged).latency99,
    );
    return {
      spanBytes: spanSize,
      rate,
      rounds,
      withoutJudges: middle(without),
      hungJudges: middle(hung),
      ratio: median(ratios),
      ratios,
      hungCalls: await judge.calls(),
    };
  } finally {
    judge.stop();
  }
}

function settings({ url }: JudgeProcess): string {
  const calls = "concurrency: 64, timeout: 5s, circuit: { failures: 1000 }";
  return `{ models: { default: { base_url: "${url}", api_key: sk-bench, ${calls} } } }`;
}

async function measureRound(evaluate: string, seconds: number): Promise<Acknowledged> {
  const pipeline = await startEverything(evaluate);
  const sender = new Sender({
    otlp: pipeline.otlp,
    spanSize,
    spansPerRequest,
    spansPerTrace,
    connections,
  });
  try {
    await sender.sendAt(rate, warmUpSeconds);
    const warm = sender.acknowledgements.length;
    await sender.sendAt(rate, seconds);
    const latencies = sender.acknowledgements
      .slice(warm)
      .map(({ latency }) => latency)
      .toSorted((left, right) => left - right);
    return {
      latencyMedian: latencies[Math.floor(latencies.length * 0.5)] ?? Number.NaN,
      latency99: latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN,
      refusedRequests: sender.refused,
      interactions: await pipeline.count("calibrant.interactions"),
      evaluations: await pipeline.count("calibrant.evaluations"),
    };
  } finally {
    sender.close();
    await pipeline.stop();
  }
}

function middle(rounds: readonly Acknowledged[]): Acknowledged {
  const of = (figure: keyof Acknowledged): number => median(rounds.map((round) => round[figure]));
  return {
    latencyMedian: of("latencyMedian"),
    latency99: of("latency99"),
    refusedRequests: of("refusedRequests"),
    interactions: of("interactions"),
    evaluations: of("evaluations"),
  };
}
