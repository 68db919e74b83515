import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { markTurn } from "#processor/interactions/interactions.js";
import { systemClock } from "#processor/kernel/clock.js";
import type { StoreClient } from "#processor/store/client.js";
import { createCursorStore } from "#processor/store/cursors.js";
import { createInteractionWriter } from "#processor/store/interaction-writer.js";
import { createTraceReader } from "#processor/store/trace-reader.js";
import { chatSpan } from "../support/chat-spans.js";
import { storedInteractions } from "../support/interaction-store.js";
import { startTestStore, type TestStore } from "../support/store.js";
import { walkFor, walkToRest } from "../support/walk.js";

const hour = 3_600_000;
const never = { settle_after: hour, settle_without_root: hour, longest_wait: hour };
const traceId = "c".repeat(32);
const rootId = "a".repeat(16);

describe("a trace that arrives in pieces", { timeout: 120_000 }, () => {
  let store: TestStore;
  let client: StoreClient;
  let start: number;
  beforeAll(async () => {
    store = await startTestStore();
    client = store.client;
  });
  afterAll(() => store.stop());
  beforeEach(async () => {
    for (const table of ["interactions", "model_calls", "cursors", "trace_arrivals"]) {
      await client.command(`TRUNCATE TABLE calibrant.${table}`);
    }
    for (const table of ["otel_traces", "otel_logs"]) {
      await client.command(`TRUNCATE TABLE otel.${table}`);
    }
    start = Date.now() - 60_000;
  });

  /** A call of a model beneath the root, or what the columns say. */
  const insertCall = (columns: object = {}): Promise<void> =>
    client.insert("otel.otel_traces", [
      { ...chatSpan({ traceId, start }), ParentSpanId: rootId, ...columns },
    ]);
  const insertRoot = (): Promise<void> =>
    insertCall({ SpanId: rootId, ParentSpanId: "", SpanKind: "Server", SpanAttributes: {} });
  const insertSpans = async (): Promise<void> => {
    await insertCall({ SpanAttributes: { "gen_ai.operation.name": "chat" } });
    await insertRoot();
  };
  const insertTool = (): Promise<void> =>
    insertCall({
      SpanId: "d".repeat(16),
      SpanAttributes: { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "clock" },
    });
  const insertQuestion = (): Promise<void> =>
    client.insert("otel.otel_logs", [
      {
        Timestamp: new Date(start).toISOString(),
        TraceId: traceId,
        SpanId: traceId.slice(-16),
        ServiceName: "shop",
        Body: JSON.stringify({ content: "How late is it?" }),
        LogAttributes: { "event.name": "gen_ai.user.message" },
      },
    ]);
  /** Walks what has arrived, and gives what is stored then. */
  const walked = (config: object): (() => Promise<object[]>) => {
    const round = walkFor({
      reader: createTraceReader(client),
      writer: createInteractionWriter(client, systemClock, markTurn),
      cursors: createCursorStore(client),
      config: { ...config, poll_interval: 0 },
    });
    return async () => {
      await walkToRest(round);
      return await storedInteractions(client);
    };
  };

  it("waits for its root as long as it may, and is assembled when that has come", async () => {
    const rows = walked({ ...never, settle_after: 0 });
    await insertCall();
    expect(await rows()).toEqual([]);
    await insertRoot();
    expect(await rows()).toMatchObject([
      { interaction_id: `${traceId}-${rootId}`, complete: true },
    ]);
  });

  it("is incomplete without its root, and revised, not doubled, when that comes late", async () => {
    const rows = walked({ ...never, settle_after: 0, settle_without_root: 0 });
    await insertCall();
    const [early] = await rows();
    expect(early).toMatchObject({ interaction_id: `${traceId}-${rootId}`, complete: false });
    await insertRoot();
    expect(await rows()).toMatchObject([
      { interaction_id: `${traceId}-${rootId}`, complete: true, model_calls: 1 },
    ]);
  });

  it("that never comes to rest is incomplete after the longest wait, and goes on growing", async () => {
    const rows = walked({ ...never, longest_wait: 0 });
    await insertRoot();
    await insertCall();
    expect(await rows()).toMatchObject([{ complete: false, model_calls: 1, tool_calls: 0 }]);
    await insertTool();
    expect(await rows()).toMatchObject([{ complete: false, model_calls: 1, tool_calls: 1 }]);
  });

  it.each(["logs", "spans"])("is one interaction where its %s come first", async (first) => {
    const rows = walked({ ...never, settle_after: 0, settle_without_root: 0 });
    const inserts = [insertQuestion, insertSpans];
    for (const insert of first === "logs" ? inserts : inserts.toReversed()) {
      await insert();
      const found = await rows();
      expect(found.length).toBeLessThanOrEqual(1);
    }
    expect(await rows()).toMatchObject([{ input_text: "How late is it?", complete: true }]);
  });

  it("is assembled early where more wait than may, those that have waited longest", async () => {
    const rows = walked({ ...never, longest_queue: 100 });
    for (const [digit, count] of [
      ["0", 10],
      ["1", 100],
    ] as const) {
      const calls = Array.from({ length: count }, (_, index) => {
        const id = digit + String(index).padStart(31, "0");
        return { ...chatSpan({ traceId: id, start }), ParentSpanId: rootId };
      });
      await client.insert("otel.otel_traces", calls);
    }
    const early = (await rows()) as readonly { trace_id: string; complete: boolean }[];
    expect(early).toHaveLength(10);
    for (const row of early) expect([row.trace_id[0], row.complete]).toEqual(["0", false]);
  });
});
