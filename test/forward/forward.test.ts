import { describe, expect, it } from "vitest";
import { createForwardLedger } from "#processor/store/forward-ledger.js";
import { createCursorStore } from "#processor/store/cursors.js";
import { explanations, forwardStore, ids, numbered } from "../support/forward-store.js";
import { recordMetrics } from "../support/recorded-metrics.js";
import { failedLine, storedEvaluation } from "../support/stored-evaluation.js";
import { storedInteraction } from "../support/stored-interaction.js";
import { until } from "../support/until.js";
import { idOf, type SinkItem } from "../support/verdict-sink.js";

const { store, bench, evaluate } = forwardStore();

describe("an evaluation", () => {
  it("goes out as the event of the conventions and as a span below the one that was evaluated", async () => {
    const sink = await bench.sink();
    const evaluatedAt = Date.now() - 5_000;
    await store().client.insert("calibrant.interactions", [
      storedInteraction(7, { response_ids: ["first", "last"] }),
    ]);
    await evaluate(storedEvaluation(7, { evaluated_at: evaluatedAt, score: 1 }));
    bench.start({ otlphttp: { endpoint: `${sink.url}/`, headers: { "x-key": "k" } } });
    await until("both signals", () => sink.logs.length === 1 && sink.spans.length === 1);
    const [log, span] = [sink.logs[0], sink.spans[0]];
    if (log === undefined || span === undefined) throw new Error("nothing came");

    const { "calibrant.evaluation.id": id, ...attributes } = log.attributes;
    expect(id).toMatch(/^[0-9a-f]{16}$/);
    expect(attributes).toEqual({
      "gen_ai.evaluation.name": "relevance",
      "gen_ai.evaluation.score.value": 1,
      "gen_ai.evaluation.score.label": "mostly relevant",
      "gen_ai.evaluation.explanation": "It answers question 7.",
      "gen_ai.response.id": "last",
      "calibrant.evaluation.outcome": "scored",
      "calibrant.evaluation.confidence": 0.9,
      "calibrant.evaluation.probability": 0.5,
      "calibrant.evaluation.panel": true,
      "calibrant.evaluation.stage": "cheap",
      "calibrant.evaluation.cost_usd": 0.002,
      "calibrant.evaluation.input_tokens": 300,
      "calibrant.evaluation.output_tokens": 20,
      "calibrant.evaluation.latency_ms": 812.5,
      "calibrant.evaluator.version": "v1",
      "calibrant.evaluator.kind": "llm",
      "calibrant.evaluator.model": "judge-1",
      "calibrant.interaction.id": `${"7".padStart(32, "0")}-b7ad6b7169203331`,
    });
    expect(log.types["gen_ai.evaluation.score.value"]).toBe("doubleValue");
    expect(span.attributes).toEqual({ ...log.attributes, "calibrant.judge": true });
    for (const item of [log, span]) {
      expect(item.scope).toBe("calibrant.evaluation");
      expect(item.resource).toEqual({
        "service.name": "shop",
        "service.version": "1.0.0",
        "deployment.environment.name": "production",
      });
      expect(idOf(item, "traceId")).toBe("7".padStart(32, "0"));
    }
    const nanoseconds = BigInt(evaluatedAt) * 1_000_000n;
    expect(log.fields).toMatchObject({ eventName: "gen_ai.evaluation.result", severityNumber: 9 });
    expect(String(log.fields["timeUnixNano"])).toBe(String(nanoseconds));
    expect(idOf(log, "spanId")).toBe("b7ad6b7169203331");
    expect(span.fields).toMatchObject({ name: "evaluate relevance", kind: 1 });
    expect(idOf(span, "parentSpanId")).toBe("b7ad6b7169203331");
    expect(idOf(span, "spanId")).toBe(id);
    expect(String(span.fields["startTimeUnixNano"])).toBe(String(nanoseconds - 812_500_000n));
    expect(String(span.fields["endTimeUnixNano"])).toBe(String(nanoseconds));
    expect(sink.requests.map(({ path }) => path).toSorted()).toEqual(["/v1/logs", "/v1/traces"]);
    expect(sink.requests[0]?.headers).toMatchObject({ "x-key": "k", "content-encoding": "gzip" });
  });

  it("that failed goes out where failed ones are asked for, with its error; canaries never do", async () => {
    const [scored, all] = [await bench.sink(), await bench.sink()];
    await evaluate(
      storedEvaluation(1),
      storedEvaluation(2, failedLine),
      storedEvaluation(3, { outcome: "sampled_out", score: null, reason: "sampling" }),
      storedEvaluation(4, { kind: "canary" }),
    );
    bench.start({
      "otlphttp/scored": { endpoint: scored.url },
      "otlphttp/all": { endpoint: all.url, outcomes: ["scored", "failed"], compression: "none" },
    });
    await until("all", () => all.spans.length === 2 && all.logs.length === 2);
    await until("the scored one", () => scored.spans.length === 1 && scored.logs.length === 1);
    const failed = all.spans.find(({ attributes }) => attributes["error.type"] !== undefined);
    expect(failed?.attributes).toMatchObject({
      "error.type": "JUDGE_UNAVAILABLE",
      "calibrant.evaluation.outcome": "failed",
    });
    expect(failed?.attributes).not.toHaveProperty("gen_ai.evaluation.score.value");
    expect(failed?.fields).toMatchObject({ status: { code: 2, message: "JUDGE_UNAVAILABLE" } });
  });

  it("goes out without what it quotes, and without a span where it has none", async () => {
    const metrics = recordMetrics();
    const sink = await bench.sink();
    await evaluate(storedEvaluation(1, { trace_id: "order-17", interaction_id: "order-17" }));
    const own = { traces_endpoint: `${sink.url}/t/traces`, logs_endpoint: `${sink.url}/l/logs` };
    bench.start(
      { otlphttp: { endpoint: "http://127.0.0.1:1", ...own, explanations: false } },
      { meter: metrics.meter },
    );
    await until("the record", () => sink.logs.length === 1);
    expect(sink.logs[0]?.attributes).not.toHaveProperty("gen_ai.evaluation.explanation");
    expect(idOf(sink.logs[0] as SinkItem, "traceId")).toBe("");
    expect(sink.requests.map(({ path }) => path)).toEqual(["/l/logs"]);
    const skipped = { signal: "traces", outcome: "skipped", reason: "no_span" };
    await until(
      "the count",
      async () => (await metrics.value("calibrant.forward.records", skipped)) === 1,
    );
  });
});

describe("what is left to send", () => {
  it("comes once each, though many lines share a millisecond, in the order of the store", async () => {
    const sink = await bench.sink();
    const time = Date.now() - 60_000;
    const lines = Array.from({ length: 250 }, (_, index) =>
      storedEvaluation(index, { written_at: time + (index < 200 ? 0 : 1) }),
    );
    await evaluate(...lines);
    bench.start({ otlphttp: { endpoint: sink.url, batch_size: 30, signals: ["logs"] } });
    await until("all", () => sink.logs.length >= 250);
    expect(new Set(ids(sink.logs)).size).toBe(250);
    const late = sink.logs
      .slice(200)
      .map(({ attributes }) => attributes["calibrant.interaction.id"]);
    const traces = late.map((id) => Number.parseInt(String(id).slice(0, 32), 16));
    expect(Math.min(...traces)).toBe(200);
  });

  it("has the lines that became visible late, and nothing twice after a restart", async () => {
    const sink = await bench.sink();
    const settings = { otlphttp: { endpoint: sink.url, signals: ["logs"] } };
    const now = Date.now();
    await evaluate(storedEvaluation(1, { written_at: now - 2_000 }));
    const first = bench.start(settings);
    await until("the first", () => sink.logs.length === 1);
    await evaluate(storedEvaluation(2, { written_at: now - 10_000 }));
    await until("the late one", () => sink.logs.length === 2);
    await first.stop();
    await evaluate(storedEvaluation(3), storedEvaluation(4, { written_at: now - 5_000 }));
    bench.start(settings);
    await until("those of the time between", () => sink.logs.length >= 4);
    await evaluate(storedEvaluation(5));
    await until("the last", () => sink.logs.length >= 5);
    expect(explanations(sink.logs)).toEqual(
      [1, 2, 3, 4, 5].map((n) => `It answers question ${n}.`),
    );
  });

  it("begins with the first start, without a time to begin with", async () => {
    const sink = await bench.sink();
    const settings = { otlphttp: { endpoint: sink.url, signals: ["logs"], since: undefined } };
    await evaluate(storedEvaluation(1, { written_at: Date.now() - 1_000 }));
    const first = bench.start(settings);
    const cursors = createCursorStore(store().client);
    await until("the place", () => cursors.read("forward otlphttp logs"));
    await first.stop();
    await evaluate(storedEvaluation(2));
    bench.start(settings);
    await until("the new one", () => sink.logs.length > 0);
    expect(explanations(sink.logs)).toEqual(["It answers question 2."]);
  });

  it("is sent again as the same span after a crash between the answer and its mark", async () => {
    const sink = await bench.sink();
    const ledger = createForwardLedger(store().client);
    const crashing = {
      ...ledger,
      markForwarded: (): Promise<void> => Promise.reject(new Error("crash")),
    };
    await evaluate(...numbered(3));
    const settings = { otlphttp: { endpoint: sink.url, signals: ["traces"] } };
    const first = bench.start(settings, { ledger: crashing });
    await until("the spans", () => sink.spans.length >= 3);
    await until("the failure", () => first.failure === "crash");
    await first.stop();
    const before = new Set(ids(sink.spans));
    sink.spans.length = 0;
    const second = bench.start(settings);
    await until("the spans again", () => sink.spans.length >= 3);
    expect(new Set(ids(sink.spans))).toEqual(before);
    expect(sink.spans.map((span) => idOf(span, "spanId"))).toEqual(ids(sink.spans));
    await second.stop();
  });

  it("is not sent again after a crash between the marks and the place", async () => {
    const sink = await bench.sink();
    const cursors = createCursorStore(store().client);
    const settings = { otlphttp: { endpoint: sink.url, signals: ["logs"], arrival_overlap: 0 } };
    await evaluate(...numbered(3));
    const first = bench.start(settings, {
      cursors: { ...cursors, write: () => Promise.resolve() },
    });
    await until("the records", () => sink.logs.length === 3);
    await first.stop();
    expect(await cursors.read("forward otlphttp logs")).toBeUndefined();
    bench.start(settings);
    await evaluate(storedEvaluation(9));
    await until("the new one", () => sink.logs.length >= 4);
    expect(new Set(ids(sink.logs)).size).toBe(4);
  });
});
