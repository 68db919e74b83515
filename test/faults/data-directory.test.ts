import { spawnSync } from "node:child_process";
import { chmod, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { systemClock, type Clock } from "#processor/kernel/clock.js";
import { startFaultProxy } from "../support/fault-proxy.js";
import { startLoad, type LoadGenerator } from "../support/load-generator.js";
import { runCommand } from "../support/run-command.js";
import { createServiceProcess } from "../support/service-process.js";
import { mountSmall } from "../support/small-disk.js";
import { countSpans, type Query } from "../support/stored-spans.js";
import { startTestStore, type TestStore } from "../support/store.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { openTestHouse, type TestHouseOptions } from "../support/test-house.js";
import { until } from "../support/until.js";

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore();
});
afterAll(() => store.stop());
const query: Query = (sql) => store.client.query(sql);

interface Left {
  readonly dataDirectory: string;
  readonly load: LoadGenerator;
  readonly segments: readonly string[];
}

/** A service that was stopped while the store was away: what it has acknowledged is in its spool. */
async function stoppedWithData(
  service: string,
  segments: number,
  options: TestHouseOptions = {},
): Promise<Left> {
  const proxy = await startFaultProxy(store.url);
  const { otlp, problems, dataDirectory, metric, close } = await openTestHouse({
    ...options,
    store: { ...store, url: proxy.url },
    spool: { stop_timeout: 100 },
  });
  await until("the service to be ready", async () => Object.keys(await problems()).length === 0);
  proxy.behave(() => "reset", "all");
  const load = startLoad(otlp, 2, { service, pauses: 5 });
  await until("some segments", async () => (await metric("calibrant_spool_segments")) > segments);
  await load.stop();
  await close();
  const spool = join(dataDirectory, "spool");
  const names = (await readdir(spool)).filter((name) => name.endsWith(".segment")).toSorted();
  return { dataDirectory, load, segments: names.map((name) => join(spool, name)) };
}

describe("a data directory", { timeout: 120_000 }, () => {
  it("with rows that a stopped service has left is loaded by the next one", async () => {
    const { dataDirectory, load } = await stoppedWithData("left-over", 3);
    expect(load.acknowledged.size).toBeGreaterThan(0);
    await openTestHouse({ store, dataDirectory });
    const counts = await countSpans(query, load);
    process.stdout.write(`stopped with data, started again: ${JSON.stringify(counts)}\n`);
    expect(counts).toMatchObject({ lost: 0, doubled: 0, foreign: 0 });
  });

  it("with a flipped bit in a segment in the middle gives the rest, and the metrics tell", async () => {
    const { dataDirectory, load, segments } = await stoppedWithData("bit-flip", 4);
    const damaged = segments[Math.floor(segments.length / 2)] ?? "";
    const bytes = await readFile(damaged);
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = (bytes[middle] ?? 0) ^ 4;
    await writeFile(damaged, bytes);

    const { metric } = await openTestHouse({ store, dataDirectory });
    const lostBytes = await metric("calibrant_spool_damaged_bytes_total");
    expect(lostBytes).toBeGreaterThan(0);
    expect(await metric("calibrant_spool_dead_letters")).toBe(1);
    expect(await metric("calibrant_spool_dead_letter_size_bytes")).toBe(lostBytes);
    await until("the rest to be loaded", async () => {
      return (await metric("calibrant_spool_segments")) === 0;
    });
    const [counts] = await query<{ stored: number; doubled: number }>(
      "SELECT toUInt32(count()) AS stored, toUInt32(count() - uniqExact(SpanId)) AS doubled FROM otel.otel_traces WHERE ServiceName = 'bit-flip'",
    );
    process.stdout.write(
      `a flipped bit: ${JSON.stringify({ acknowledged: load.acknowledged.size, ...counts })}\n`,
    );
    // One frame is one request of 40 spans: its bytes are the dead letter.
    expect(counts).toEqual({ stored: load.acknowledged.size - 40, doubled: 0 });
    const { output } = await runCommand("dead-letters", "list", "--data-dir", dataDirectory);
    expect(output).toMatch(/\(damaged\).*SPOOL_CORRUPT/);
  });

  it("that another service uses is refused with its name and exit code 4", async () => {
    const first = await createServiceProcess();
    onTestFinished(() => first.dispose());
    await first.start();
    const data = join(first.directory, "data");
    const second = await runCommand("serve", "--config", first.configFile, "--data-dir", data);
    expect(second.code).toBe(4);
    expect(second.notes).toMatch(
      new RegExp(`${join(data, "spool")} is in use by process \\d+\\. Stop it, or give this one`),
    );
    expect(second.notes).toContain("[SPOOL_LOCKED]");
    expect(await first.terminate()).toBe(0);
  });

  it("that cannot be written is refused with its name and the remedy", async ({ skip }) => {
    const folder = await temporaryFolder();
    if (process.getuid?.() === 0) {
      if (!mountSmall(folder, "1m")) skip("root may write anywhere, and no tmpfs can be mounted");
      onTestFinished(() => {
        spawnSync("umount", [folder]);
      });
      spawnSync("mount", ["-o", "remount,ro", folder]);
    } else {
      await chmod(folder, 0o500);
    }
    const { code, notes } = await runCommand("serve", "--data-dir", folder);
    expect(code).toBe(1);
    expect(notes).toContain(
      `opening the spool in ${join(folder, "spool")}: the folder cannot be written: let this user write there, or name another folder`,
    );
    expect(notes).toContain("[SPOOL_FAILED]");
  });
});

describe("a clock that jumps", { timeout: 120_000 }, () => {
  const hour = 3_600_000;
  const jumps = [hour, -2 * hour, 24 * hour, -48 * hour, hour];

  it("forward and back by an hour and by days loses and doubles nothing", async () => {
    let offset = 0;
    const clock: Clock = { ...systemClock, now: () => Date.now() + offset };
    const { otlp, metric } = await openTestHouse({ store, clock });
    const load = startLoad(otlp, 2, { service: "clock", pauses: 2 });
    const loaded = 'calibrant_spool_loaded_rows_total{table="otel.otel_traces"}';
    for (const jump of jumps) {
      offset += jump;
      const before = await metric(loaded);
      await until("rows to be loaded", async () => (await metric(loaded)) > before + 200);
      expect(await metric("calibrant_spool_lag_seconds")).toBeLessThanOrEqual(25 * 3_600);
    }
    await load.stop();
    const counts = await countSpans(query, load);
    process.stdout.write(`a clock that jumps: ${JSON.stringify(counts)}\n`);
    expect(counts).toMatchObject({ lost: 0, doubled: 0, foreign: 0 });
  });

  it.each([-24 * hour, 24 * hour])("by %i ms while the service is down", async (jump) => {
    const service = `clock-down${jump}`;
    const before = await stoppedWithData(service, 2);
    const clock: Clock = { ...systemClock, now: () => Date.now() + jump };
    const { otlp } = await openTestHouse({
      store,
      dataDirectory: before.dataDirectory,
      clock,
    });
    const after = startLoad(otlp, 1, { service, pauses: 5 });
    await until("new spans", () => after.acknowledged.size >= 200);
    await after.stop();
    const load: LoadGenerator = {
      ...after,
      acknowledged: new Set([...before.load.acknowledged, ...after.acknowledged]),
      sent: new Set([...before.load.sent, ...after.sent]),
    };
    expect(await countSpans(query, load)).toMatchObject({ lost: 0, doubled: 0, foreign: 0 });
  });
});
