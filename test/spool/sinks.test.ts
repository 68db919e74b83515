import { readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { Segment } from "#processor/spool/segment.js";
import type { Spool } from "#processor/spool/spool.js";
import { heldClock } from "../support/held-clock.js";
import { testSpool } from "../support/open-spool.js";
import { feedbackBlock, idsOf } from "../support/spool-blocks.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const sinks = ["clickhouse", "forwarder"];

async function fill(spool: Spool, ...ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await spool.append([feedbackBlock(id)]);
    await spool.seal();
  }
}

async function waiting(spool: Spool, sink: string): Promise<string[]> {
  const segments = await spool.closedSegments(sink);
  return idsOf((await Promise.all(segments.map((segment) => spool.read(segment)))).flat(2));
}

async function finishOldest(spool: Spool, sink: string, count = 1): Promise<void> {
  for (const segment of (await spool.closedSegments(sink)).slice(0, count)) {
    await spool.finish(segment, sink);
  }
}

async function files(spool: Spool): Promise<number> {
  return (await readdir(spool.directory)).filter((name) => name.endsWith(".segment")).length;
}

describe("sinks of one spool", () => {
  it("go on at their own pace; what all have finished is removed", async () => {
    const spool = await testSpool(await temporaryFolder(), { sinks });
    await fill(spool, "a", "b", "c");
    await finishOldest(spool, "clickhouse", 2);
    expect(await waiting(spool, "clickhouse")).toEqual(["c"]);
    expect(await waiting(spool, "forwarder")).toEqual(["a", "b", "c"]);
    expect(await files(spool)).toBe(3);
    expect(spool.state().rows).toBe(3);

    await finishOldest(spool, "forwarder");
    expect(await files(spool)).toBe(2);
    await finishOldest(spool, "forwarder", 2);
    expect(await waiting(spool, "forwarder")).toEqual([]);
    expect(await waiting(spool, "clickhouse")).toEqual(["c"]);
    expect(await files(spool)).toBe(1);
    await finishOldest(spool, "clickhouse");
    expect(await files(spool)).toBe(0);
  });

  it("keep their positions over a restart", async () => {
    const directory = await temporaryFolder();
    const first = await testSpool(directory, { sinks });
    await fill(first, "a", "b", "c");
    await finishOldest(first, "forwarder", 2);
    await finishOldest(first, "clickhouse", 1);
    await first.close();

    const second = await testSpool(directory, { sinks });
    expect(await waiting(second, "forwarder")).toEqual(["c"]);
    expect(await waiting(second, "clickhouse")).toEqual(["b", "c"]);
  });

  it("begin with what is there when they are new; a sink that is gone holds nothing up", async () => {
    const directory = await temporaryFolder();
    const one = await testSpool(directory, { sinks: ["clickhouse"] });
    await fill(one, "a", "b");
    await finishOldest(one, "clickhouse");
    await one.close();

    const two = await testSpool(directory, { sinks });
    expect(await waiting(two, "forwarder")).toEqual(["b"]);
    await finishOldest(two, "clickhouse");
    await two.close();

    const again = await testSpool(directory, { sinks: ["clickhouse"] });
    expect(await waiting(again, "clickhouse")).toEqual([]);
    expect(await files(again)).toBe(0);
  });

  it("never take a new segment for a finished one, though the clock was set back", async () => {
    const directory = await temporaryFolder();
    const before = await testSpool(directory, { sinks });
    await fill(before, "a");
    await finishOldest(before, "clickhouse");
    await finishOldest(before, "forwarder");
    await before.close();
    expect((await readdir(directory)).toSorted()).toEqual(["clickhouse.cursor"]);

    const after = await testSpool(directory, { sinks, clock: heldClock(1_000) });
    await fill(after, "b");
    expect(await waiting(after, "clickhouse")).toEqual(["b"]);
    expect(await waiting(after, "forwarder")).toEqual(["b"]);
  });

  it("refuses a sink that nobody has named", async () => {
    const spool = await testSpool(await temporaryFolder(), { sinks });
    await expect(spool.closedSegments("other")).rejects.toThrow("the spool has no sink other");
    await expect(spool.finish({ number: 1 } as Segment, "other")).rejects.toThrow(/no sink other/);
  });
});
