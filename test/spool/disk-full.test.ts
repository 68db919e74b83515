import { spawnSync } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Spool } from "#processor/spool/spool.js";
import { failingFiles, type Step } from "../support/failing-files.js";
import { testSink, testSpool } from "../support/open-spool.js";
import { mountSmall } from "../support/small-disk.js";
import { feedbackBlock, idsOf, nativeBlock } from "../support/spool-blocks.js";
import { temporaryFolder } from "../support/temporary-folder.js";

async function storedIds(spool: Spool): Promise<string[]> {
  await spool.seal();
  const segments = await spool.closedSegments(testSink);
  const frames = await Promise.all(segments.map((segment) => spool.read(segment)));
  return idsOf(frames.flat(2));
}

describe("a disk that fails", () => {
  const cases: [string, Step[], string, string][] = [
    ["no room for a new segment", ["create"], "ENOSPC", "SPOOL_FULL"],
    ["no room in the middle of a write", ["write"], "ENOSPC", "SPOOL_FULL"],
    ["a quota of the file system", ["write"], "EDQUOT", "SPOOL_FULL"],
    ["a sync that fails", ["sync"], "EIO", "SPOOL_FAILED"],
    ["a write and the cut after it", ["write", "truncate"], "EIO", "SPOOL_FAILED"],
    ["a sync of the folder that fails", ["syncDirectory"], "EIO", "SPOOL_FAILED"],
  ];

  it.each(cases)("acknowledges nothing of the group and goes on after it: %s", async (...given) => {
    const [, steps, errno, code] = given;
    const failing = new Map<Step, string>();
    const directory = await temporaryFolder();
    const spool = await testSpool(directory, { files: failingFiles(failing) });
    await spool.append([feedbackBlock("before")]);
    // Only a new segment is created and its folder synced.
    if (steps.includes("create") || steps.includes("syncDirectory")) await spool.seal();

    for (const step of steps) failing.set(step, errno);
    const group = Array.from({ length: 5 }, (_, id) => spool.append([feedbackBlock(`lost${id}`)]));
    for (const outcome of await Promise.allSettled(group)) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { code, retryable: true } });
    }
    failing.clear();
    await Promise.all(["after", "later"].map((id) => spool.append([feedbackBlock(id)])));
    expect(await storedIds(spool)).toEqual(["before", "after", "later"]);
  });

  const refused: [string, Step[]][] = [
    ["the note of it succeeds", ["sync", "truncate", "remove"]],
    ["the note of it fails, too, for a while", ["sync", "truncate", "remove", "replace"]],
  ];

  it.each(refused)(
    "never takes back a write that it refused: the cut fails, %s",
    async (...given) => {
      const [, steps] = given;
      for (const first of [true, false]) {
        const failing = new Map<Step, string>();
        const directory = await temporaryFolder();
        const spool = await testSpool(directory, { files: failingFiles(failing) });
        if (!first) await spool.append([feedbackBlock("before")]);
        for (const step of steps) failing.set(step, "EIO");
        const refusal = { code: "SPOOL_FAILED", retryable: true };
        await expect(spool.append([feedbackBlock("refused")])).rejects.toMatchObject(refusal);
        failing.delete("sync");
        // Nothing is taken in while the disk has what was refused and can take no note of it.
        const [more] = await Promise.allSettled([spool.append([feedbackBlock("more")])]);
        const noted = !steps.includes("replace");
        expect(more.status).toBe(noted ? "fulfilled" : "rejected");
        if (!noted) failing.clear();
        const kept = [...(first ? [] : ["before"]), ...(noted ? ["more"] : [])];
        await spool.append([feedbackBlock("after")]);
        await spool.close();
        const next = await testSpool(directory);
        expect(await storedIds(next)).toEqual([...kept, "after"]);
        await next.close();
        const left = await readdir(directory);
        expect(left.filter((name) => !name.endsWith(".segment"))).toEqual([]);
      }
    },
  );

  it("refuses while a real disk (a 1 MiB tmpfs) is full and goes on when there is room", async ({
    skip,
  }) => {
    const folder = await temporaryFolder();
    if (!mountSmall(folder, "1m")) {
      skip("no tmpfs can be mounted here (it takes root); the injected failures stand for it");
    }
    onTestFinished(() => {
      spawnSync("umount", [folder]);
    });
    const spool = await testSpool(join(folder, "spool"), { config: { segment_size: 200_000 } });
    let acknowledged = 0;
    const fill = async (): Promise<unknown> => {
      for (;;) {
        try {
          await spool.append([nativeBlock(Buffer.alloc(50_000, acknowledged % 250))]);
          acknowledged++;
        } catch (error) {
          return error;
        }
      }
    };
    expect(await fill()).toMatchObject({ code: "SPOOL_FULL", retryable: true });
    expect(acknowledged).toBeGreaterThan(10);
    const segments = await spool.closedSegments(testSink);
    const blocks = (await Promise.all(segments.map((segment) => spool.read(segment)))).flat(2);
    expect(blocks).toHaveLength(acknowledged);

    await spool.finish(segments[0] as NonNullable<(typeof segments)[0]>, testSink);
    await spool.append([nativeBlock(Buffer.alloc(50_000))]);
    await spool.close();
  });
});
