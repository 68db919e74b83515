import { createNoopMeter } from "@opentelemetry/api";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  markTurn,
  runBackfill,
  type BackfillResult,
} from "#processor/interactions/interactions.js";
import { interactionsConfig } from "#processor/interactions/interactions-config.js";
import { loadPrices, type PriceList } from "#processor/interactions/prices/prices.js";
import { systemClock } from "#processor/kernel/clock.js";
import { createLogger } from "#processor/kernel/logger.js";
import type { AssembledTrace, InteractionWriter } from "#processor/model/ports.js";
import type { StoreClient } from "#processor/store/client.js";
import { createCursorStore } from "#processor/store/cursors.js";
import { createInteractionWriter } from "#processor/store/interaction-writer.js";
import { createSpanHistory } from "#processor/store/span-history.js";
import { createTraceReader } from "#processor/store/trace-reader.js";
import { chatSpan } from "../support/chat-spans.js";
import { startTestStore, type TestStore } from "../support/store.js";
import { walkFor, walkToRest } from "../support/walk.js";

const hour = 3_600_000;
const settings = {
  settle_after: 50,
  settle_without_root: 50,
  arrival_overlap: 2_000,
  page_size: 4,
};

/** As a dialect would have read the trace that did not know where the answer is. */
function asAnOlderVersion(trace: AssembledTrace): AssembledTrace {
  const interactions = trace.interactions.map((row) => ({
    ...row,
    output_text: "",
    dialect: "older",
  }));
  return { ...trace, interactions };
}

describe("a backfill", () => {
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
    await client.command("TRUNCATE TABLE otel.otel_traces");
    start = Date.now() - 10 * hour;
  });

  /** Traces of one chat each, one in half an hour. */
  const insertChats = (count: number, from = 0): Promise<void> =>
    client.insert(
      "otel.otel_traces",
      Array.from({ length: count }, (_, index) =>
        chatSpan({
          traceId: String(index + from).padStart(32, "0"),
          start: start + ((index + from) * hour) / 2,
        }),
      ),
    );
  const rows = async (): Promise<unknown[]> =>
    await client.query(
      "SELECT * EXCEPT (revised_at) FROM calibrant.interactions ORDER BY interaction_id",
    );
  const answers = async (): Promise<object[]> =>
    await client.query(
      "SELECT interaction_id, dialect, output_text FROM calibrant.interactions ORDER BY ALL",
    );
  const writer = (): InteractionWriter => createInteractionWriter(client, systemClock, markTurn);

  const run = (
    changes: {
      readonly writer?: InteractionWriter;
      readonly signal?: AbortSignal;
      readonly alone?: boolean;
      readonly prices?: PriceList;
      readonly report?: (done: number) => void;
    } = {},
  ): Promise<BackfillResult> =>
    runBackfill({
      history: createSpanHistory(client),
      reader: createTraceReader(client),
      writer: changes.writer ?? writer(),
      cursors: createCursorStore(client),
      config: interactionsConfig.parse(settings),
      prices: changes.prices ?? loadPrices(),
      logger: createLogger("silent"),
      clock: systemClock,
      signal: changes.signal ?? new AbortController().signal,
      range: { start: start - 1, end: Date.now() },
      service: undefined,
      alone: changes.alone ?? true,
      name: "backfill test",
      report: ({ done }) => changes.report?.(done),
    });

  it("derives what was never walked, and the same again changes nothing", async () => {
    await insertChats(5);
    expect(await run()).toMatchObject({ traces: 5, interactions_added: 5, finished: true });
    const before = await rows();
    expect(before).toHaveLength(5);
    expect(await run()).toMatchObject({
      traces: 5,
      interactions_added: 0,
      interactions_revised: 0,
    });
    expect(await rows()).toEqual(before);
  });

  it("revises what an older version had read otherwise, under the same identities", async () => {
    await insertChats(3);
    const older: InteractionWriter = {
      replace: (traces) => writer().replace(traces.map(asAnOlderVersion)),
    };
    await run({ writer: older });
    const before = await answers();
    expect(await run()).toMatchObject({ interactions_added: 0, interactions_revised: 3 });
    const read = { dialect: "otel-genai", output_text: "Nine o'clock." };
    expect(await answers()).toEqual(before.map((row) => ({ ...row, ...read })));
    expect(before).toHaveLength(3);
    expect(before[0]).toMatchObject({ dialect: "older", output_text: "" });
  });

  it("goes on where it was stopped, and where a crash ended it", async () => {
    await insertChats(8);
    const stopping = new AbortController();
    const stopped = await run({
      signal: stopping.signal,
      report: (done) => {
        if (done === 3) stopping.abort();
      },
    });
    expect(stopped).toMatchObject({ traces: 3, finished: false });
    let writes = 0;
    const dying: InteractionWriter = {
      replace: (traces) => {
        writes += 1;
        if (writes === 3) throw new Error("the process is gone");
        return writer().replace(traces);
      },
    };
    await expect(run({ writer: dying })).rejects.toThrow("the process is gone");
    const last = await run();
    expect(last.resumed_at).toBeGreaterThan(start + hour);
    expect(last.traces).toBe(4);
    expect(await rows()).toHaveLength(8);
    expect(await run()).toMatchObject({ resumed_at: null, traces: 8, interactions_added: 0 });
  }, 60_000);

  it("leaves one row of each interaction when the walk writes the same traces", async () => {
    await insertChats(4);
    const setup = {
      reader: createTraceReader(client),
      writer: writer(),
      cursors: createCursorStore(client),
      meter: createNoopMeter(),
      config: settings,
    };
    const round = walkFor(setup);
    await walkToRest(round);
    const ending = new AbortController();
    const walk = (async () => {
      while (!ending.signal.aborted) await round();
    })();
    const dear = loadPrices([
      {
        providers: [],
        models: ["*"],
        input: 1_000,
        cachedInput: 0,
        cacheWrite: 0,
        output: 0,
        reasoning: 0,
        tiers: new Map(),
      },
    ]);
    // The walk has read what is stored, and writes it while the backfill is about to.
    let late = false;
    const slow: InteractionWriter = {
      replace: async (traces) => {
        if (!late) {
          late = true;
          await client.insert("otel.otel_traces", [
            {
              ...chatSpan({ traceId: "0".repeat(32), start: start + 1_000 }),
              SpanId: "b".repeat(16),
              ParentSpanId: "0".repeat(16),
              SpanAttributes: {
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.name": "clock",
              },
            },
          ]);
        }
        return await writer().replace(traces);
      },
    };
    const result = await run({ writer: slow, alone: false, prices: dear });
    ending.abort();
    await walk;
    expect(result).toMatchObject({ finished: true, left_to_the_service: 0 });
    const [sums] = await client.query(
      `SELECT toUInt32(count()) AS n, toUInt32(uniqExact(interaction_id)) AS ids,
              toUInt32(countIf(cost_usd >= 1)) AS dear, toUInt32(max(tool_calls)) AS tools
       FROM calibrant.interactions`,
    );
    expect(sums).toEqual({ n: 4, ids: 4, dear: 4, tools: 1 });
    const [calls] = await client.query("SELECT toUInt32(count()) AS n FROM calibrant.model_calls");
    expect(calls).toEqual({ n: 5 });
  }, 60_000);
});
