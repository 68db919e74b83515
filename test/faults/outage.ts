import { expect } from "vitest";
import { startFaultProxy } from "../support/fault-proxy.js";
import { startLoad } from "../support/load-generator.js";
import { countSpans, type SpanCounts } from "../support/stored-spans.js";
import type { TestStore } from "../support/store.js";
import { openTestHouse, type TestHouseOptions } from "../support/test-house.js";
import { until } from "../support/until.js";

/**
 * Takes the store away for so many milliseconds at least while a client sends. Meanwhile every
 * request is acknowledged, and the metrics and `/readyz` tell; afterwards they tell that it is over.
 */
export async function outage(
  store: TestStore,
  milliseconds: number,
  spool: TestHouseOptions["spool"] = {},
): Promise<SpanCounts> {
  const proxy = await startFaultProxy(store.url);
  const { otlp, problems, metric } = await openTestHouse({
    store: { ...store, url: proxy.url },
    spool,
  });
  await until("the service to be ready", async () => Object.keys(await problems()).length === 0);
  proxy.behave(() => "reset", "all");
  const end = Date.now() + milliseconds;
  const load = startLoad(otlp, 1, { service: "outage", pauses: 20 });
  const open = 'calibrant_spool_load_circuit{sink="clickhouse",state="open"}';
  await until("the circuit to be open", async () => (await metric(open)) === 1);
  const failures = 'calibrant_spool_load_consecutive_failures{sink="clickhouse"}';
  await until("failures in a row", async () => (await metric(failures)) >= 3);
  const silence = 'calibrant_spool_load_since_success_seconds{sink="clickhouse"}';
  expect(await metric(silence)).toBeGreaterThan(0);
  expect((await problems())["loader"]).toMatch(/insert into otel\.otel_traces/);
  expect(await metric("calibrant_spool_lag_seconds")).toBeGreaterThan(0);
  const before = load.acknowledged.size;
  await until(
    "the outage to have lasted",
    () => Date.now() >= end && load.acknowledged.size > before + 400,
    2 * milliseconds + 30_000,
  );
  expect([...load.statuses.keys()]).toEqual([200]);

  proxy.behave(() => "pass");
  await load.stop();
  const counts = await countSpans((sql) => store.client.query(sql), load);
  await until("the circuit to be closed", async () => (await metric(open)) === 0);
  expect(await metric(failures)).toBe(0);
  expect(await metric(silence)).toBe(0);
  expect((await problems())["loader"]).toBeUndefined();
  return counts;
}
