import { expect, it } from "vitest";
import { markTurn } from "#processor/interactions/interactions.js";
import { systemClock } from "#processor/kernel/clock.js";
import { createCursorStore } from "#processor/store/cursors.js";
import { createInteractionWriter } from "#processor/store/interaction-writer.js";
import { createTraceReader } from "#processor/store/trace-reader.js";
import { chatSpan } from "../support/chat-spans.js";
import { storedCalls, storedInteractions } from "../support/interaction-store.js";
import { recordMetrics } from "../support/recorded-metrics.js";
import { startTestStore } from "../support/store.js";
import { walkFor, walkToRest } from "../support/walk.js";

it(
  "a call of a model without a price costs null in the store, and is counted",
  { timeout: 120_000 },
  async () => {
    const store = await startTestStore();
    try {
      const { client } = store;
      const start = Date.now() - 60_000;
      await client.insert("otel.otel_traces", [
        chatSpan({ traceId: "a".repeat(32), start, model: "crow" }),
        chatSpan({ traceId: "b".repeat(32), start }),
      ]);
      const metrics = recordMetrics();
      const round = walkFor({
        reader: createTraceReader(client),
        writer: createInteractionWriter(client, systemClock, markTurn),
        cursors: createCursorStore(client),
        meter: metrics.meter,
        config: { settle_after: 0 },
      });
      await walkToRest(round);
      const [crow, known] = (await storedInteractions(client)).toSorted((left, right) =>
        left.trace_id < right.trace_id ? -1 : 1,
      );
      expect([crow?.request_model, crow?.cost_usd]).toEqual(["crow", null]);
      expect(known?.cost_usd).toBeGreaterThan(0);
      expect(
        (await storedCalls(client)).filter(({ cost_usd: cost }) => cost === null),
      ).toHaveLength(1);
      expect(await metrics.value("calibrant.interactions.unpriced_calls")).toBe(1);
    } finally {
      await store.stop();
    }
  },
);
