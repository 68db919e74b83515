import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { simulatedModels, startSimulatedModel, type SimulatedModel } from "#processor/demo/demo.js";
import { shopService, startShop } from "#processor/demo/shop-process.js";
import { systemClock } from "#processor/kernel/clock.js";
import { startOtlpSink, type OtlpSink, type SinkSpan } from "../support/otlp-sink.js";
import { until } from "../support/until.js";

interface FeedbackSink {
  readonly url: string;
  readonly events: Record<string, unknown>[];
  close(): Promise<void>;
}

async function startFeedbackSink(): Promise<FeedbackSink> {
  const events: Record<string, unknown>[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (piece: Buffer) => (body += piece.toString()));
    request.on("end", () => {
      events.push(...(JSON.parse(body) as Record<string, unknown>[]));
      response.writeHead(202).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/feedback`,
    events,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

let model: SimulatedModel;
let sink: OtlpSink;
let feedback: FeedbackSink;

beforeAll(async () => {
  model = await startSimulatedModel({ clock: systemClock, latency: 1, failures: 0.02 });
  sink = await startOtlpSink();
  feedback = await startFeedbackSink();
});
afterAll(async () => {
  await Promise.all([model.close(), sink.close(), feedback.close()]);
});

function start(release: string, modelUrl = model.url) {
  return startShop({
    release,
    modelUrl,
    model: simulatedModels.shop,
    otlpUrl: sink.url,
    feedbackUrl: feedback.url,
    rate: 40,
    seed: 1,
  });
}

function turnsOf(release: string): SinkSpan[] {
  return sink.spans.filter((span) => span.release === release && span.parentSpanId === "");
}

function childrenOf(turn: SinkSpan): SinkSpan[] {
  return sink.spans.filter((span) => span.traceId === turn.traceId && span.parentSpanId !== "");
}

describe("the demo's shop", () => {
  it("sends the spans of its turns, and feedback on them, as any application would", async () => {
    const shop = start("1.4.0");
    await until("turns on all features", () => {
      const seen = new Set(
        turnsOf("1.4.0").map(({ attributes }) => attributes["calibrant.feature"]),
      );
      return seen.size === 3 && turnsOf("1.4.0").length > 60;
    });
    await shop.stop();

    const turns = turnsOf("1.4.0");
    for (const turn of turns) {
      expect(turn.service).toBe(shopService);
      expect(turn.attributes).toMatchObject({
        "user.id": expect.stringMatching(/^customer-\d\d$/),
        "session.id": turn.attributes["gen_ai.conversation.id"],
        "calibrant.segment": expect.stringMatching(/^(free|plus|business)$/),
        "gen_ai.prompt.name": expect.any(String),
        "gen_ai.prompt.version": expect.stringMatching(/^v\d$/),
      });
    }
    const successful = turns.filter(({ error }) => !error);
    expect(successful.length).toBeGreaterThan(turns.length * 0.8);
    for (const turn of successful) {
      const operations = childrenOf(turn).map(
        ({ attributes }) => attributes["gen_ai.operation.name"],
      );
      const feature = turn.attributes["calibrant.feature"];
      expect(operations).toContain("chat");
      expect(operations).toContain(feature === "order_status" ? "execute_tool" : "retrieval");
      const chat = childrenOf(turn).findLast(
        ({ attributes, error }) => attributes["gen_ai.operation.name"] === "chat" && !error,
      );
      expect(chat?.attributes).toMatchObject({
        "gen_ai.request.model": simulatedModels.shop,
        "gen_ai.usage.output_tokens": expect.anything(),
        "gen_ai.output.messages": expect.stringContaining("assistant"),
      });
    }
    const sessions = new Set(turns.map(({ attributes }) => attributes["session.id"]));
    expect(sessions.size).toBeLessThan(turns.length);

    const known = new Set(turns.map(({ traceId }) => traceId));
    expect(feedback.events.length).toBeGreaterThan(5);
    for (const event of feedback.events) expect(known).toContain(event["trace_id"]);
    expect(new Set(feedback.events.map(({ kind }) => kind))).toContain("thumbs");
  });

  it("uses the new prompt for returns in the newer release", async () => {
    const shop = start("1.5.0");
    await until("a turn on returns", () =>
      turnsOf("1.5.0").some(({ attributes }) => attributes["calibrant.feature"] === "returns"),
    );
    await shop.stop();
    const versions = turnsOf("1.5.0")
      .filter(({ attributes }) => attributes["calibrant.feature"] === "returns")
      .map(({ attributes }) => attributes["gen_ai.prompt.version"]);
    expect(new Set(versions)).toEqual(new Set(["v8"]));
  });

  it("is not started with an address that the exporter would ignore", () => {
    expect(() =>
      startShop({
        release: "1.4.0",
        modelUrl: model.url,
        model: simulatedModels.shop,
        otlpUrl: "127.0.0.1:4318",
        feedbackUrl: feedback.url,
        rate: 1,
        seed: 1,
      }),
    ).toThrow("it needs http://");
  });

  it("says why it failed", async () => {
    const shop = startShop({
      release: "1.4.0",
      modelUrl: "no address",
      model: "",
      otlpUrl: sink.url,
      feedbackUrl: feedback.url,
      rate: Number.NaN,
      seed: 1,
    });
    await expect(shop.ended).rejects.toThrow(/shop failed .*rate/s);
    await shop.stop();
  });
});
