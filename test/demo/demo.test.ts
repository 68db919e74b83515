import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  runDemo,
  simulatedModels,
  startSimulatedModel,
  type DemoOptions,
  type DemoSummary,
  type SimulatedModel,
} from "#processor/demo/demo.js";
import { systemClock, type Clock } from "#processor/kernel/clock.js";
import type { DemoQueries, DemoStats } from "#processor/model/demo.js";
import { startOtlpSink, type OtlpSink } from "../support/otlp-sink.js";
import { until } from "../support/until.js";

/** Five times as fast as the sun: the shop, a process of its own, needs real time to start. */
const fastClock: Clock = {
  now: () => Date.now() * 5,
  sleep: (milliseconds, signal) => systemClock.sleep(milliseconds / 5, signal),
};

let model: SimulatedModel;
let sink: OtlpSink;

beforeAll(async () => {
  model = await startSimulatedModel({ clock: systemClock, latency: 1 });
  sink = await startOtlpSink();
});
afterAll(async () => {
  await Promise.all([model.close(), sink.close()]);
});

/** A store that has what the sink has, all of it evaluated. */
function queriesOf({ spans }: OtlpSink): DemoQueries {
  const turns = () => spans.filter(({ parentSpanId }) => parentSpanId === "");
  const stats = (): DemoStats => ({
    spans: spans.length,
    interactions: turns().length,
    errors: 0,
    feedback: 0,
    feedbackJoined: 0,
    evaluators: [
      {
        evaluator: "groundedness",
        scored: turns().length,
        skipped: 0,
        failed: 0,
        sampledOut: 0,
        overBudget: 0,
        meanScore: 0.8,
      },
    ],
    cost_usd: 0.01,
    judge_cost_usd: 0.02,
    scoreLag: 900,
  });
  return {
    stats: async () => stats(),
    quality: async () =>
      [...new Set(turns().map(({ release }) => release))].toSorted().map((release) => ({
        release,
        feature: "returns",
        interactions: turns().filter((turn) => turn.release === release).length,
        errors: 0,
        cost_usd: 0.01,
        thumbs: 0,
        thumbsUp: 0,
        scores: [
          {
            evaluator: "groundedness",
            mean: release === "1.4.0" ? 0.9 : 0.4,
            effectiveCount: 100,
            count: 100,
          },
        ],
      })),
  };
}

interface Demo {
  readonly printed: string[];
  readonly noted: string[];
  readonly stop: AbortController;
  readonly done: Promise<DemoSummary>;
}

function run(more: Partial<DemoOptions>): Demo {
  const printed: string[] = [];
  const noted: string[] = [];
  const stop = new AbortController();
  const done = runDemo({
    addresses: {
      otlp: sink.url,
      api: "http://127.0.0.1:9",
      store: "http://127.0.0.1:8123",
      model: model.url,
    },
    queries: queriesOf(sink),
    clock: fastClock,
    output: {
      print: (line) => void printed.push(line),
      note: (line) => void noted.push(line),
      live: undefined,
    },
    signal: stop.signal,
    rate: 30,
    ...more,
  });
  return { printed, noted, stop, done };
}

describe("runDemo", () => {
  it("runs both releases, says what is simulated and what got worse, and ends", async () => {
    const { printed, noted, done } = run({ duration: 100_000, exit: true });
    const summary = await done;
    const text = printed.join("\n");
    expect(text).toContain("SIMULATED");
    expect(text).toContain("http://127.0.0.1:9/metrics");
    expect(noted.some((line) => line.includes("release 1.5.0 | "))).toBe(true);
    expect(new Set(sink.spans.map(({ release }) => release))).toEqual(new Set(["1.4.0", "1.5.0"]));
    expect(summary.worse).toMatchObject([{ feature: "returns", measure: "groundedness" }]);
    expect(text.trimEnd().split("\n").at(-1)).toBe(summary.conclusion);
  });

  it("prints nothing but JSON when it is asked to", async () => {
    const { printed, noted, stop, done } = run({ json: true });
    await until("a span", () => sink.spans.length > 0);
    stop.abort();
    const summary = await done;
    expect(printed).toHaveLength(1);
    expect(JSON.parse(printed[0] ?? "")).toEqual(JSON.parse(JSON.stringify(summary)));
    expect(noted.join("\n")).toContain("SIMULATED");
  });

  it("stays up after its duration unless it is to exit", async () => {
    const { printed, stop, done } = run({ duration: 5_000 });
    await until("the summary", () => printed.at(-1)?.includes("still up"));
    stop.abort();
    expect((await done).quality.length).toBeGreaterThan(0);
  });

  it("fails with the shop", async () => {
    const { done } = run({ rate: -1 });
    await expect(done).rejects.toThrow("shop failed");
  });

  it("names the simulated models", () => {
    expect(Object.values(simulatedModels)).toEqual(["shop-assistant-small", "judge-simulated"]);
  });
});
