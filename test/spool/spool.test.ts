import { readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { Block } from "#processor/model/block.js";
import { heldClock } from "../support/held-clock.js";
import { testSink, testSpool } from "../support/open-spool.js";
import { recordMetrics } from "../support/recorded-metrics.js";
import { feedbackBlock, idsOf, nativeBlock } from "../support/spool-blocks.js";
import { temporaryFolder } from "../support/temporary-folder.js";

describe("the spool", () => {
  it("gives back what was appended, frame by frame and byte by byte", async () => {
    const spool = await testSpool(await temporaryFolder());
    const requests: Block[][] = [
      [nativeBlock("one", "2026-11-24", 3), nativeBlock("", "1970-01-01", 0)],
      [feedbackBlock(1, 2)],
      [{ ...nativeBlock(Buffer.alloc(100_000, 7)), table: "otel.otel_logs" }],
    ];
    for (const request of requests) await spool.append(request);
    await spool.append([]);
    await spool.seal();

    const [segment, ...others] = await spool.closedSegments(testSink);
    expect(others).toEqual([]);
    expect(segment).toMatchObject({ rows: 6 });
    const frames = await spool.read(segment as NonNullable<typeof segment>);
    expect(frames).toEqual(
      requests.map((blocks) =>
        blocks.map((block) => ({ ...block, bytes: Buffer.from(block.bytes) })),
      ),
    );
  });

  it("shares one sync among appends that wait together", async () => {
    const metrics = recordMetrics();
    const spool = await testSpool(await temporaryFolder(), { meter: metrics.meter });
    const ids = Array.from({ length: 100 }, (_, index) => index);
    await Promise.all(ids.map((id) => spool.append([feedbackBlock(id)])));
    expect(await metrics.value("calibrant.spool.rows", { table: "calibrant.feedback" })).toBe(100);
    expect(await metrics.value("calibrant.spool.groups")).toBeLessThan(10);
  });

  it("closes a segment by size and by age, and by a clock that is set back", async () => {
    const clock = heldClock();
    const config = { segment_size: 1_000, segment_age: 5_000 };
    const spool = await testSpool(await temporaryFolder(), { clock, config });
    const closed = async (): Promise<number> => (await spool.closedSegments(testSink)).length;

    await spool.append([nativeBlock(Buffer.alloc(500))]);
    expect(await closed()).toBe(0);
    await spool.append([nativeBlock(Buffer.alloc(500))]);
    expect(await closed()).toBe(1);

    await spool.append([feedbackBlock(1)]);
    clock.advance(4_999);
    expect(await closed()).toBe(1);
    clock.advance(1);
    expect(await closed()).toBe(2);

    await spool.append([feedbackBlock(2)]);
    clock.advance(-3_600_000);
    expect(await closed()).toBe(3);
    await spool.append([feedbackBlock(3)]);
    await spool.seal();
    const numbers = (await spool.closedSegments(testSink)).map(({ number }) => number);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  });

  it("forgets a segment that was removed and never gives its number again", async () => {
    const directory = await temporaryFolder();
    const first = await testSpool(directory);
    await first.append([feedbackBlock(1)]);
    await first.seal();
    const [segment] = await first.closedSegments(testSink);
    await first.finish(segment as NonNullable<typeof segment>, testSink);
    expect(await first.closedSegments(testSink)).toEqual([]);
    await first.append([feedbackBlock(2)]);
    await first.close();
    await first.close();

    const second = await testSpool(directory);
    const [left] = await second.closedSegments(testSink);
    expect(left?.number).toBeGreaterThan(segment?.number ?? Infinity);
    expect(idsOf((await second.read(left as NonNullable<typeof left>)).flat())).toEqual(["2"]);
    expect((await readdir(directory)).filter((name) => name !== "lock")).toHaveLength(1);
  });

  it("asks to wait from its share of the quota on, and refuses beyond the quota", async () => {
    const config = { quota: 10_000, throttle_at: 0.8 };
    const spool = await testSpool(await temporaryFolder(), { config });
    await spool.append([nativeBlock(Buffer.alloc(7_000))]);
    expect(spool.pressure()).toBeUndefined();
    await spool.append([nativeBlock(Buffer.alloc(1_500))]);
    expect(spool.pressure()).toMatch(/of 10000 bytes of the spool are waiting/);
    await expect(spool.append([nativeBlock(Buffer.alloc(1_500))])).rejects.toMatchObject({
      code: "SPOOL_FULL",
      retryable: true,
    });
    await spool.seal();
    for (const segment of await spool.closedSegments(testSink))
      await spool.finish(segment, testSink);
    expect(spool.pressure()).toBeUndefined();
    await spool.append([nativeBlock(Buffer.alloc(1_500))]);
  });

  it("counts appends that still wait for the disk against the quota", async () => {
    const spool = await testSpool(await temporaryFolder(), { config: { quota: 10_000 } });
    const appends = Array.from({ length: 5 }, () =>
      spool.append([nativeBlock(Buffer.alloc(3_000))]),
    );
    const outcomes = await Promise.allSettled(appends);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
  });

  it("makes what is under way durable when it is closed, and takes no more", async () => {
    const directory = await temporaryFolder();
    const spool = await testSpool(directory);
    const appends = Array.from({ length: 600 }, (_, id) => spool.append([feedbackBlock(id)]));
    await spool.close();
    await Promise.all(appends);
    await expect(spool.append([feedbackBlock("late")])).rejects.toMatchObject({
      code: "SPOOL_FAILED",
      retryable: true,
    });

    const again = await testSpool(directory);
    const segments = await again.closedSegments(testSink);
    const blocks = await Promise.all(segments.map((segment) => again.read(segment)));
    expect(idsOf(blocks.flat(2))).toHaveLength(600);
  });

  it("shows how much waits and since when", async () => {
    const clock = heldClock();
    const metrics = recordMetrics();
    const spool = await testSpool(await temporaryFolder(), { clock, meter: metrics.meter });
    await spool.append([nativeBlock("a", "2026-11-24", 5)]);
    clock.advance(30_000);
    await spool.closedSegments(testSink);
    await spool.append([nativeBlock("b", "2026-11-24", 7)]);
    expect(await metrics.value("calibrant.spool.segments")).toBe(2);
    expect(await metrics.value("calibrant.spool.waiting_rows")).toBe(12);
    expect(await metrics.value("calibrant.spool.lag")).toBe(30);
    expect(await metrics.value("calibrant.spool.size")).toBe(spool.state().bytes);
  });
});
