import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { describe, expect, it, onTestFinished } from "vitest";
import { startFaultProxy } from "../support/fault-proxy.js";
import { startLoad } from "../support/load-generator.js";
import { jsonRequest } from "../support/otlp-samples.js";
import { mountSmall } from "../support/small-disk.js";
import { countSpans } from "../support/stored-spans.js";
import { withStore } from "../support/store.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { openTestHouse } from "../support/test-house.js";
import { until } from "../support/until.js";

function send(otlp: string, request: Record<string, unknown>): Promise<Response> {
  return fetch(`${otlp}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
  });
}

describe("a service whose disk is full", { timeout: 120_000 }, () => {
  it("answers 503 with Retry-After, and goes on without a loss when there is room", async ({
    skip,
  }) => {
    const disk = await temporaryFolder();
    if (!mountSmall(disk, "2m")) {
      skip(
        "no tmpfs can be mounted here (it takes root); injected failures in test/spool stand for it",
      );
    }
    onTestFinished(() => {
      spawnSync("umount", [disk]);
    });
    await withStore(async (store) => {
      const proxy = await startFaultProxy(store.url);
      const { otlp, metric, problems, close } = await openTestHouse({
        store: { ...store, url: proxy.url },
        dataDirectory: join(disk, "data"),
        spool: { segment_size: "64KiB" },
      });
      await until(
        "the service to be ready",
        async () => Object.keys(await problems()).length === 0,
      );
      const ballast = join(disk, "ballast");
      await mkdir(join(disk, "data"), { recursive: true });
      await writeFile(ballast, Buffer.alloc(1_000_000));
      proxy.behave(() => "500");
      const load = startLoad(otlp, 3, { service: "full-disk", pauses: 1 });
      await until("refusals", () => (load.statuses.get(503) ?? 0) >= 20);
      expect(new Set(load.statuses.keys())).toEqual(new Set([200, 503]));
      const refused = await send(otlp, jsonRequest({ name: "x".repeat(400_000) }));
      expect(refused.status).toBe(503);
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(await refused.text()).toContain("the disk is full");
      expect(await metric('calibrant_spool_failures_total{code="SPOOL_FULL"}')).toBeGreaterThan(0);

      // Room comes back, though the store still takes nothing: telemetry is taken in again.
      const before = load.acknowledged.size;
      await rm(ballast);
      await until("acknowledged spans", () => load.acknowledged.size > before);
      proxy.behave(() => "pass");
      await load.stop();
      const counts = await countSpans((sql) => store.client.query(sql), load);
      process.stdout.write(
        `a full disk: ${JSON.stringify({ ...counts, refused: load.statuses.get(503) })}\n`,
      );
      expect(counts).toMatchObject({ lost: 0, doubled: 0, foreign: 0 });
      const last = await send(otlp, jsonRequest({}));
      expect(last.status).toBe(200);
      await close();
    });
  });
});
