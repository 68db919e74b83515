import { describe, expect, it } from "vitest";
import { explanations, forwardStore, ids, numbered } from "../support/forward-store.js";
import { freePort } from "../support/free-port.js";
import { recordMetrics } from "../support/recorded-metrics.js";
import { storedEvaluation } from "../support/stored-evaluation.js";
import { until } from "../support/until.js";

const { bench, evaluate } = forwardStore();

describe("an endpoint", () => {
  it("that is down holds only its own evaluations, and gets all of them when it is back", async () => {
    const metrics = recordMetrics();
    const port = await freePort();
    const sink = await bench.sink();
    await evaluate(...numbered(5));
    const worker = bench.start(
      {
        "otlphttp/down": { endpoint: `http://127.0.0.1:${port}`, batch_size: 2 },
        "otlphttp/up": { endpoint: sink.url },
      },
      { meter: metrics.meter },
    );
    await until("the other one", () => sink.logs.length === 5 && sink.spans.length === 5);
    const down = { endpoint: "otlphttp/down", signal: "logs" };
    await until(
      "requests that were held",
      async () =>
        (await metrics.value("calibrant.forward.held_requests", { ...down, reason: "network" })) >=
        2,
    );
    const open = { ...down, state: "closed" };
    expect(await metrics.value("calibrant.forward.circuit", open)).toBe(0);
    expect(await metrics.value("calibrant.forward.lag", down)).toBeGreaterThan(0);
    const up = { endpoint: "otlphttp/up" };
    await until(
      "no lag of the other one",
      async () => (await metrics.value("calibrant.forward.lag", up)) === 0,
    );
    expect(worker.failure).toBeUndefined();
    const back = await bench.sink(port);
    await evaluate(...numbered(2, 6));
    await until("all of them", () => back.logs.length >= 7 && back.spans.length >= 7);
    expect(new Set(ids(back.logs)).size).toBe(7);
    await until(
      "the closed circuit",
      async () => (await metrics.value("calibrant.forward.circuit", open)) === 1,
    );
    await until("no lag", async () => (await metrics.value("calibrant.forward.lag", down)) === 0);
  });

  it("that refuses one evaluation for good gets all others, and the one is counted", async () => {
    const metrics = recordMetrics();
    const sink = await bench.sink();
    sink.answer = ({ items }, response) => {
      if (!items.some((item) => explanations([item])[0] === "It answers question 13.")) {
        return "taken";
      }
      response.writeHead(400).end("not that one");
      return undefined;
    };
    await evaluate(...numbered(40));
    bench.start({ otlphttp: { endpoint: sink.url, signals: ["logs"] } }, { meter: metrics.meter });
    await until("the others", () => sink.logs.length >= 39);
    const refused = { outcome: "refused", reason: "status_400" };
    await until(
      "the count",
      async () => (await metrics.value("calibrant.forward.records", refused)) === 1,
    );
    await evaluate(storedEvaluation(50));
    await until("the next", () => sink.logs.length >= 40);
    expect(new Set(ids(sink.logs)).size).toBe(40);
    const sent = { outcome: "sent" };
    await until(
      "their count",
      async () => (await metrics.value("calibrant.forward.records", sent)) === 40,
    );
  });

  it("that rejects a part of a request is asked no more for it, and the part is counted", async () => {
    const metrics = recordMetrics();
    const sink = await bench.sink();
    // ExportLogsPartialSuccess { rejected_log_records: 2, error_message: "no" }
    const partial = Buffer.from([0x0a, 6, 0x08, 2, 0x12, 2, 0x6e, 0x6f]);
    sink.answer = (_request, response) => {
      response.writeHead(200, { "content-type": "application/x-protobuf" }).end(partial);
      return "taken";
    };
    await evaluate(...numbered(5));
    bench.start({ otlphttp: { endpoint: sink.url, signals: ["logs"] } }, { meter: metrics.meter });
    const rejected = { outcome: "refused", reason: "partial_success" };
    await until(
      "the count",
      async () => (await metrics.value("calibrant.forward.records", rejected)) === 2,
    );
    expect(await metrics.value("calibrant.forward.records", { outcome: "sent" })).toBe(3);
    sink.answer = () => "taken";
    await evaluate(storedEvaluation(9));
    await until("the next", () => sink.logs.length >= 6);
    expect(sink.logs).toHaveLength(6);
  });

  it("whose key or address is wrong loses nothing until that is mended", async () => {
    const metrics = recordMetrics();
    const sink = await bench.sink();
    for (const status of [401, 404, 500, 302]) {
      sink.answer = (_request, response) => void response.writeHead(status).end();
      const settings = { [`otlphttp/${status}`]: { endpoint: sink.url, signals: ["logs"] } };
      sink.logs.length = 0;
      await evaluate(storedEvaluation(status));
      const worker = bench.start(settings, { meter: metrics.meter });
      const held = { endpoint: `otlphttp/${status}`, reason: `status_${status}` };
      await until(
        "the hold",
        async () => (await metrics.value("calibrant.forward.held_requests", held)) >= 1,
      );
      sink.answer = () => "taken";
      await until("the evaluations", () => sink.logs.length > 0);
      expect(explanations(sink.logs)).toContain(`It answers question ${status}.`);
      await worker.stop();
    }
    expect(await metrics.value("calibrant.forward.records", { outcome: "refused" })).toBe(0);
  });

  it("that is too slow is asked again for the same spans, and holds up no stop", async () => {
    const metrics = recordMetrics();
    const sink = await bench.sink();
    sink.answer = () => undefined;
    await evaluate(...numbered(3));
    const settings = { endpoint: sink.url, signals: ["traces"] };
    const first = bench.start({ otlphttp: { ...settings, timeout: 50 } }, { meter: metrics.meter });
    await until(
      "two timeouts",
      async () =>
        (await metrics.value("calibrant.forward.held_requests", { reason: "timeout" })) >= 2,
    );
    const [once, twice] = sink.requests.map(({ items }) => ids(items));
    expect(once).toHaveLength(3);
    expect(twice).toEqual(once);
    await first.stop();
    const asked = sink.requests.length;
    const second = bench.start({ otlphttp: { ...settings, timeout: "1h" } });
    await until("the request that hangs", () => sink.requests.length > asked);
    await second.stop();
  });
});
