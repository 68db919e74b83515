import { context, trace, TraceFlags } from "@opentelemetry/api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { recordMetrics, type RecordedMetrics } from "../support/recorded-metrics.js";
import { watchedCalls } from "../support/watched-calls.js";

const duration = "gen_ai.client.operation.duration";
const firstChunk = "gen_ai.client.operation.time_to_first_chunk";
const tokens = "gen_ai.client.token.usage";

const { server, recorded } = await watchedCalls();
let metrics: RecordedMetrics;

beforeEach(() => {
  metrics = recordMetrics();
  recorded.instrumentation.setMeterProvider(metrics.provider);
  recorded.instrumentation.enable();
});
afterEach(() => metrics.shutdown());

async function ask(model: string, stream = false): Promise<void> {
  const body = { model, stream, messages: [{ role: "user", content: "Hi" }] };
  const init = { method: "POST", body: JSON.stringify(body) };
  await (await fetch(`${server.url}/chat/completions`, init)).text();
}

function shared(): Record<string, unknown> {
  return {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "m",
    "gen_ai.response.model": "m-2024",
    "server.address": "127.0.0.1",
    "server.port": Number(new URL(server.url).port),
  };
}

describe("the metrics of a call", () => {
  it("are its duration in seconds and its tokens, with the conventions' buckets", async () => {
    await ask("m");
    const [seconds] = await metrics.histograms(duration);
    expect(seconds?.unit).toBe("s");
    expect(seconds?.attributes).toEqual(shared());
    expect(seconds?.value.count).toBe(1);
    expect(seconds?.value.sum).toBeGreaterThan(0);
    expect(seconds?.value.buckets.boundaries).toEqual([
      0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
    ]);
    const counted = await metrics.histograms(tokens);
    expect(counted.map(({ attributes, value: { sum } }) => [attributes, sum])).toEqual([
      [{ ...shared(), "gen_ai.token.type": "input" }, 12],
      [{ ...shared(), "gen_ai.token.type": "output" }, 5],
    ]);
    expect(counted[0]?.unit).toBe("{token}");
    expect(counted[0]?.value.buckets.boundaries.at(-1)).toBe(67_108_864);
    expect(await metrics.histograms(firstChunk)).toEqual([]);
  });

  it("have the time to the first chunk where the answer is streamed", async () => {
    await ask("m", true);
    const [first] = await metrics.histograms(firstChunk);
    const [whole] = await metrics.histograms(duration);
    expect(first?.attributes).toEqual(shared());
    expect(first?.value.sum).toBeLessThanOrEqual(whole?.value.sum ?? 0);
  });

  it("have the type of an error, and no tokens then", async () => {
    await ask("missing");
    const [seconds] = await metrics.histograms(duration);
    expect(seconds?.attributes["error.type"]).toBe("404");
    expect(await metrics.histograms(tokens)).toEqual([]);
  });

  it("count calls that are sampled out, too", async () => {
    const dropped = {
      traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
      spanId: "00f067aa0ba902b7",
      traceFlags: TraceFlags.NONE,
    };
    const parent = trace.setSpanContext(context.active(), dropped);
    await context.with(parent, () => ask("m"));
    expect(recorded.spans()).toEqual([]);
    expect((await metrics.histograms(duration))[0]?.value.count).toBe(1);
    expect((await metrics.histograms(tokens))[0]?.value.sum).toBe(12);
  });
});
