import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createMetrics } from "#processor/serve/metrics.js";
import { markTurn } from "#processor/interactions/interactions.js";
import { systemClock } from "#processor/kernel/clock.js";
import { createCursorStore } from "#processor/store/cursors.js";
import { createInteractionWriter } from "#processor/store/interaction-writer.js";
import { createTraceReader } from "#processor/store/trace-reader.js";
import { chatSpan } from "../support/chat-spans.js";
import { startTestStore, type TestStore } from "../support/store.js";
import { walkFor, walkToRest } from "../support/walk.js";

describe("the walk between services", { timeout: 120_000 }, () => {
  let store: TestStore;
  beforeAll(async () => {
    store = await startTestStore();
  });
  afterAll(() => store.stop());

  it("does not let a service wait for the flood of another, and shows who waits", async () => {
    const { client } = store;
    const start = Date.now() - 60_000;
    const spansOf = (service: string, digit: string, count: number): object[] =>
      Array.from({ length: count }, (_, index) =>
        chatSpan({ traceId: digit + String(index).padStart(31, "0"), service, start }),
      );
    await client.insert("otel.otel_traces", spansOf("flood", "a", 600));
    await client.insert("otel.otel_traces", spansOf("quiet", "b", 5));
    const metrics = createMetrics({ version: "0" });
    const round = walkFor({
      reader: createTraceReader(client),
      writer: createInteractionWriter(client, systemClock, markTurn),
      cursors: createCursorStore(client),
      meter: metrics.meter,
      config: { settle_after: 0, page_size: 200, batch_traces: 20, poll_interval: 0 },
    });
    const stored = async (): Promise<Record<string, number>> => {
      const rows = await client.query<{ service: string; n: number }>(
        "SELECT service_name AS service, toUInt32(count()) AS n FROM calibrant.interactions GROUP BY service",
      );
      return Object.fromEntries(rows.map(({ service, n }) => [service, n]));
    };
    let services: Record<string, number> = {};
    while (services["quiet"] !== 5) {
      expect(await round()).toBe(true);
      services = await stored();
    }
    // Three pages are read, one batch between two of them, before the quiet service is heard of.
    expect(services["flood"]).toBeLessThan(200);
    expect(await metrics.text.text()).toMatch(
      /calibrant_interactions_service_lag_seconds\{service="flood"\} \d/,
    );
    await walkToRest(round);
    expect(await stored()).toEqual({ flood: 600, quiet: 5 });
    expect(await metrics.text.text()).toContain('service_lag_seconds{service="flood"} 0\n');
    await metrics.shutdown();
  });
});
