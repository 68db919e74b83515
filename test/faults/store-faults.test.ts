import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startFaultProxy, type Fault } from "../support/fault-proxy.js";
import { startLoad } from "../support/load-generator.js";
import { jsonRequest } from "../support/otlp-samples.js";
import { countSpans, type Query } from "../support/stored-spans.js";
import { startTestStore, type TestStore } from "../support/store.js";
import { outage } from "./outage.js";
import { openTestHouse } from "../support/test-house.js";
import { until } from "../support/until.js";

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore();
});
afterAll(() => store.stop());
const query: Query = (sql) => store.client.query(sql);

/** Each fault a few times, with inserts that pass in between. */
function script(...faults: readonly Fault[]): () => Fault {
  let turn = 0;
  return () => faults[turn++] ?? "pass";
}

const faults: readonly [string, readonly Fault[]][] = [
  ["answers 500", ["500", "500", "pass", "500"]],
  ["does not answer", ["hang", "pass", "hang"]],
  ["resets connections", ["reset", "pass", "reset", "reset"]],
  ["commits and loses the reply", ["drop-reply", "drop-reply", "pass", "drop-reply", "drop-reply"]],
  ["does all of that", ["drop-reply", "500", "pass", "hang", "drop-reply", "reset", "drop-reply"]],
];

describe("a store that", { timeout: 120_000 }, () => {
  it.each(faults)("%s: every acknowledged span is stored once", async (name, given) => {
    const proxy = await startFaultProxy(store.url);
    const { otlp, problems, metric } = await openTestHouse({
      store: { ...store, url: proxy.url },
      requestTimeout: 2_500,
      spool: { segment_size: "256KiB" },
    });
    await until("the service to be ready", async () => Object.keys(await problems()).length === 0);
    proxy.behave(script(...given));
    const load = startLoad(otlp, 2, { service: name.replaceAll(" ", "-"), pauses: 5 });
    const faulty = given.filter((fault) => fault !== "pass").length;
    await until("all faults", () => {
      const { pass, ...rest } = proxy.counts;
      return pass > 0 && Object.values(rest).reduce((sum, n) => sum + n, 0) >= faulty;
    });
    await load.stop();
    const counts = await countSpans(query, load);
    process.stdout.write(
      `a store that ${name}: ${JSON.stringify({ ...counts, inserts: proxy.counts })}\n`,
    );
    expect(counts).toMatchObject({ lost: 0, doubled: 0, foreign: 0 });
    expect(counts.acknowledged).toBeGreaterThanOrEqual(100);
    expect(await metric("calibrant_spool_dead_letters")).toBe(0);
  });

  it("is away for a while: telemetry is taken in, the metrics tell, and all is stored afterwards", async () => {
    const counts = await outage(store, 1_000);
    process.stdout.write(`an outage: ${JSON.stringify(counts)}\n`);
    expect(counts).toMatchObject({ lost: 0, doubled: 0, foreign: 0 });
  });

  it("is away until the spool is at its quota: senders are told to wait, and all is stored afterwards", async () => {
    const quota = 512 * 1024;
    const proxy = await startFaultProxy(store.url);
    const { otlp, problems, metric } = await openTestHouse({
      store: { ...store, url: proxy.url },
      spool: { quota, segment_size: "64KiB" },
    });
    await until("the service to be ready", async () => Object.keys(await problems()).length === 0);
    proxy.behave(() => "reset", "all");
    const load = startLoad(otlp, 2, { service: "quota", pauses: 5 });
    await until("refusals", () => (load.statuses.get(503) ?? 0) >= 20);
    expect(new Set(load.statuses.keys())).toEqual(new Set([200, 503]));
    const refused = await fetch(`${otlp}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(jsonRequest({})),
    });
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await refused.text()).toContain(
      `of ${quota} bytes of the spool are waiting for the store (spool.quota)`,
    );
    expect((await problems())["spool"]).toContain("spool.quota");
    const size = await metric("calibrant_spool_size_bytes");
    expect(size).toBeGreaterThanOrEqual(0.8 * quota);
    expect(size).toBeLessThanOrEqual(quota);

    proxy.behave(() => "pass");
    const before = load.acknowledged.size;
    await until("more to be taken in", () => load.acknowledged.size > before);
    await load.stop();
    const counts = await countSpans(query, load);
    process.stdout.write(
      `a spool at its quota: ${JSON.stringify({ ...counts, refused: load.statuses.get(503) })}\n`,
    );
    expect(counts).toMatchObject({ lost: 0, doubled: 0, foreign: 0 });
  });

  it("has done any of it has counted each row once in its views, too", async () => {
    expect(
      await query(
        "SELECT (SELECT sum(spans) FROM calibrant.trace_arrivals) = count() AS same FROM otel.otel_traces",
      ),
    ).toEqual([{ same: 1 }]);
  });
});
