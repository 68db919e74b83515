import { appendFile, open, readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { createLogger } from "#processor/kernel/logger.js";
import { failingFiles, type Step } from "../support/failing-files.js";
import { heldClock } from "../support/held-clock.js";
import { testSpool } from "../support/open-spool.js";
import { recordMetrics } from "../support/recorded-metrics.js";
import { feedbackBlock } from "../support/spool-blocks.js";
import {
  headerSize,
  idsIn,
  prepareSegments,
  segmentFiles,
  withSeconds,
} from "../support/spool-segments.js";
import { temporaryFolder } from "../support/temporary-folder.js";

describe("recovery", () => {
  const ids = ["a", "b", "c"];

  it("keeps exactly the whole frames before a cut at any byte", async () => {
    const { directory, file, bytes, ends } = await prepareSegments(ids);
    for (let size = 0; size <= bytes.length; size++) {
      await writeFile(file, bytes.subarray(0, size));
      const metrics = recordMetrics();
      const spool = await testSpool(directory, { meter: metrics.meter });
      const whole = ends.filter((end) => end <= size).length;
      expect(await idsIn(spool)).toEqual(["old", ...withSeconds(ids.slice(0, whole))]);
      const kept = whole === 0 ? 0 : (ends[whole - 1] ?? 0);
      const torn = size - (size > headerSize ? Math.max(kept, headerSize) : 0);
      expect(await metrics.value("calibrant.spool.torn_bytes")).toBe(
        size === headerSize ? 0 : torn,
      );
      await spool.close();
    }
    expect(await readdir(directory)).not.toContain("dead-letters");
  });

  it("drops a tail of garbage, of zeros, and of a frame that is not whole", async () => {
    const { directory, file, bytes, ends } = await prepareSegments(ids);
    const cutFrame = bytes.subarray(headerSize, (ends[0] ?? 0) - 1);
    const tails = [Buffer.alloc(5_000), Buffer.from("garbage"), cutFrame];
    for (const tail of tails) {
      await writeFile(file, bytes);
      await appendFile(file, tail);
      const spool = await testSpool(directory);
      expect(await idsIn(spool)).toEqual(["old", ...withSeconds(ids)]);
      await spool.close();
      expect(await readFile(file)).toEqual(bytes);
    }
  });

  it("does not start while the cut of a torn write cannot be made durable", async () => {
    const { directory, file, bytes } = await prepareSegments(ids);
    await appendFile(file, "garbage");
    const failing = new Map<Step, string>([["truncate", "EIO"]]);
    const files = failingFiles(failing);
    await expect(testSpool(directory, { files })).rejects.toMatchObject({ code: "SPOOL_FAILED" });
    failing.clear();
    const spool = await testSpool(directory, { files });
    expect(await idsIn(spool)).toEqual(["old", ...withSeconds(ids)]);
    expect(await readFile(file)).toEqual(bytes);
  });

  it("says in the log what it cut off and what it set aside", async () => {
    const { directory, file, bytes } = await prepareSegments(ids);
    const [oldest] = await segmentFiles(directory);
    await writeFile(file, bytes.subarray(0, -3));
    await writeFile(oldest ?? "", Buffer.alloc(50, 1));
    const log = join(await temporaryFolder(), "log");
    const opened = await open(log, "w");
    const spool = await testSpool(directory, { logger: createLogger("warn", opened.fd) });
    await spool.close();
    await opened.close();
    const lines = (await readFile(log, "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(lines).toMatchObject([
      { level: 50, msg: expect.stringContaining("a spool segment is damaged") as string, end: 50 },
      {
        level: 40,
        segment: file.slice(-"0000000000000000.segment".length, -".segment".length),
        msg: expect.stringContaining("a write to the spool was cut off") as string,
      },
    ]);
  });

  it("treats the cut end of a segment that is not the newest as damage", async () => {
    const { directory, bytes } = await prepareSegments(ids);
    const [oldest] = await segmentFiles(directory);
    await writeFile(oldest ?? "", bytes.subarray(0, -5));
    const spool = await testSpool(directory);
    expect(await idsIn(spool)).toEqual(withSeconds(["a", "b", ...ids]));
    expect((await readdir(join(directory, "dead-letters"))).toSorted()).toEqual([
      expect.stringMatching(/^\d{16}-damaged-\d+\.bytes$/),
      expect.stringMatching(/^\d{16}-damaged-\d+\.json$/),
    ]);
  });

  it("goes on with a number that no segment has, whatever the clock says", async () => {
    const { directory, file } = await prepareSegments(ids);
    const spool = await testSpool(directory, { clock: heldClock(0) });
    await spool.append([feedbackBlock("new")]);
    await spool.seal();
    expect(await idsIn(spool)).toEqual(["old", ...withSeconds(ids), "new"]);
    expect((await segmentFiles(directory)).at(-2)).toBe(file);
  });

  it("refuses a segment of a later format instead of dropping it", async () => {
    const { directory, file, bytes } = await prepareSegments(ids);
    const later = Buffer.from(bytes);
    later.writeUInt32LE(9, 8);
    later.writeUInt32LE(crc32(later.subarray(0, 12)), 12);
    await writeFile(file, later);
    await expect(testSpool(directory)).rejects.toMatchObject({
      code: "SPOOL_CORRUPT",
      message: expect.stringContaining("format version 9") as string,
    });
    expect(await readFile(file)).toEqual(later);
  });

  it("removes a segment that a crash left without a whole frame", async () => {
    const { directory, file } = await prepareSegments(["only"]);
    await truncate(file, 3);
    const spool = await testSpool(directory);
    expect(await idsIn(spool)).toEqual(["old"]);
    expect(await segmentFiles(directory)).toHaveLength(1);
  });
});
