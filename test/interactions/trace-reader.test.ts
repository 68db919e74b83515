import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StoreClient } from "#processor/store/client.js";
import { createTraceReader } from "#processor/store/trace-reader.js";
import { decodeRequests, tracesOf } from "../support/decoded-traces.js";
import { capturedRequests } from "../support/otlp-cases.js";
import { loadBlocks, startLongLivedStore } from "../support/interaction-store.js";
import type { TestStore } from "../support/store.js";

/** A span as a row of the raw table; times in seconds after the start. */
function span(traceId: string, index: number, columns: Record<string, unknown> = {}): object {
  return {
    Timestamp: new Date(start + index * 1_000).toISOString(),
    TraceId: traceId,
    SpanId: index.toString(16).padStart(16, "0"),
    ParentSpanId: index === 0 ? "" : "0".repeat(16),
    SpanName: "step",
    SpanKind: "Internal",
    ServiceName: "shop",
    Duration: 5,
    StatusCode: "Unset",
    ...columns,
  };
}

const start = Date.UTC(2026, 10, 20);
const anyTime = { earliest: start, latest: start };

describe("the trace reader", () => {
  let store: TestStore;
  let client: StoreClient;
  beforeAll(async () => {
    store = await startLongLivedStore();
    client = store.client;
  });
  afterAll(() => store.stop());

  it("gives the rows of captured requests as the decoder made them", async () => {
    const requests = capturedRequests().filter(({ name }) => name.startsWith("otel-openai-proto/"));
    const blocks = decodeRequests(requests);
    await loadBlocks(client, blocks);
    const expected = tracesOf(blocks);
    const read = await createTraceReader(client).traces(
      expected.map(({ traceId, spans, logs }) => {
        const times = [...spans.map((one) => one.start), ...logs.map((one) => one.time)];
        const milliseconds = times.map((time) => Number(time / 1_000_000n));
        return { traceId, earliest: Math.min(...milliseconds), latest: Math.max(...milliseconds) };
      }),
    );
    expect(read.map(({ traceId }) => traceId)).toEqual(expected.map(({ traceId }) => traceId));
    for (const [index, { spans, logs }] of read.entries()) {
      const wanted = expected[index];
      expect(spans.map(leaned).toSorted(byId)).toEqual(wanted?.spans.map(leaned).toSorted(byId));
      // Messages of one prompt share their millisecond: their order must be that of the request.
      expect(logs.map(leaned)).toEqual(wanted?.logs.map(leaned));
    }
  });

  it("finds the rows of a long trace of which only the last has just arrived", async () => {
    const traceId = "a".repeat(32);
    const hours = [0, 1, 30, 60].map((hour) => span(traceId, hour * 3_600));
    await client.insert("otel.otel_traces", hours);
    const late = start + 60 * 3_600_000;
    const [trace] = await createTraceReader(client).traces([
      { traceId, earliest: late, latest: late },
    ]);
    expect(trace?.spans).toHaveLength(4);
  });

  it("keeps hostile names of attributes as data, and reads older names of a status", async () => {
    const traceId = "b".repeat(32);
    const attributes = { __proto__x: "1", constructor: "2", "a.embedding.vector": "dropped" };
    const hostile = JSON.parse('{"__proto__": "polluted"}') as object;
    await client.insert("otel.otel_traces", [
      span(traceId, 0, {
        SpanAttributes: Object.assign(Object.create(null), attributes),
        ResourceAttributes: { "service.version": "1", "process.command": "dropped" },
        StatusCode: "STATUS_CODE_ERROR",
        "Events.Timestamp": [new Date(start).toISOString()],
        "Events.Name": ["exception"],
        "Events.Attributes": [hostile],
      }),
    ]);
    const [trace] = await createTraceReader(client).traces([{ traceId, ...anyTime }]);
    expect(trace?.spans).toMatchObject([
      {
        attributes: new Map([
          ["__proto__x", "1"],
          ["constructor", "2"],
        ]),
        resource: new Map([["service.version", "1"]]),
        statusCode: "Error",
        events: [{ name: "exception", attributes: new Map([["__proto__", "polluted"]]) }],
      },
    ]);
  });

  it("says when a trace has more rows than it reads", async () => {
    const traceId = "c".repeat(32);
    const spans = Array.from({ length: 12 }, (_, index) => span(traceId, index));
    await client.insert("otel.otel_traces", spans);
    const limits = { result: 1024 ** 2, rows: 10 };
    const [trace] = await createTraceReader(client, limits).traces([{ traceId, ...anyTime }]);
    expect(trace).toMatchObject({ truncated: true });
    expect(trace?.spans).toHaveLength(10);
  });

  it("answers for as many traces as fit, and for one that does not with what can be told of it", async () => {
    const ids = ["d", "e", "f"].map((digit) => digit.repeat(32));
    for (const traceId of ids) {
      await client.insert("otel.otel_traces", [
        span(traceId, 0, { SpanAttributes: { "input.value": "x".repeat(100_000) } }),
      ]);
    }
    const wanted = ids.map((traceId) => ({ traceId, ...anyTime }));
    const sizes = async (result: number): Promise<(number | undefined)[]> => {
      const traces = await createTraceReader(client, { result, rows: 100 }).traces(wanted);
      return traces.map(({ spans }) => spans[0]?.attributes.get("input.value")?.length);
    };
    expect(await sizes(1_000_000)).toEqual([100_000, 100_000, 100_000]);
    expect(await sizes(250_000)).toEqual([100_000, 100_000]);
    expect(await sizes(50_000)).toEqual([8_192]);
  });

  it("pages through arrivals in their order, each once", async () => {
    await client.command("TRUNCATE TABLE calibrant.trace_arrivals");
    const arrivals = Array.from({ length: 25 }, (_, index) => ({
      arrived_at: new Date(start + Math.floor(index / 5)).toISOString(),
      trace_id: `trace ' ${String(index).padStart(2, "0")}`,
      service_name: "shop",
      spans: 2,
      logs: 1,
      roots: index % 2,
      earliest: new Date(start).toISOString(),
      latest: new Date(start + 1_000).toISOString(),
    }));
    await client.insert("calibrant.trace_arrivals", [...arrivals, ...arrivals.slice(3, 6)]);
    const reader = createTraceReader(client);
    const seen: string[] = [];
    let after = { arrivedAt: 0, traceId: "" };
    for (;;) {
      const page = await reader.arrivals(after, 4);
      expect(page.storeTime).toBeGreaterThan(start);
      seen.push(...page.arrivals.map(({ traceId }) => traceId));
      const last = page.arrivals.at(-1);
      if (last === undefined) break;
      after = last;
    }
    expect(seen).toEqual(arrivals.map((arrival) => arrival.trace_id));
    const [first] = (await reader.arrivals({ arrivedAt: start, traceId: "trace ' 02" }, 1))
      .arrivals;
    expect(first).toEqual({
      traceId: "trace ' 03",
      service: "shop",
      arrivedAt: start,
      spans: 4,
      logs: 2,
      roots: 2,
      earliest: start,
      latest: start + 1_000,
    });
  });
});

function byId(left: { spanId: string }, right: { spanId: string }): number {
  return left.spanId < right.spanId ? -1 : 1;
}

/** Without what the reader leaves out on purpose. */
function leaned<Row extends { readonly resource: ReadonlyMap<string, string> }>(row: Row): Row {
  const machine = /^(process|host|os|telemetry)\./;
  const without = (map: ReadonlyMap<string, string>): ReadonlyMap<string, string> =>
    new Map(
      [...map]
        .filter(([name]) => !machine.test(name) && name !== "exception.stacktrace")
        .filter(([name]) => name !== "event.name"),
    );
  const { attributes, events } = row as Row & {
    attributes: ReadonlyMap<string, string>;
    events?: { attributes: ReadonlyMap<string, string> }[];
  };
  return {
    ...row,
    resource: without(row.resource),
    attributes: without(attributes),
    events: events?.map((event) => ({ ...event, attributes: without(event.attributes) })),
  };
}
