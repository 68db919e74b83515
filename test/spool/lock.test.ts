import { readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { CalibrantError } from "#processor/kernel/errors.js";
import { testSpool } from "../support/open-spool.js";
import { startSpoolProcess } from "../support/spool-process.js";
import { temporaryFolder } from "../support/temporary-folder.js";

interface Holder {
  token: string;
  pid: number;
  started: string;
  place: string;
}

/** What a process of this machine writes into its lock, changed as a test needs it. */
async function plantLock(directory: string, changes: Partial<Holder>): Promise<string> {
  const spool = await testSpool(directory);
  const path = join(directory, "lock");
  const holder = JSON.parse(await readFile(path, "utf8")) as Holder;
  await spool.close();
  await writeFile(path, JSON.stringify({ ...holder, token: "planted", ...changes }));
  return path;
}

describe("the lock of the spool's folder", () => {
  it("refuses a second process and names the first", async () => {
    const directory = await temporaryFolder();
    const other = startSpoolProcess(directory, "other");
    await other.acknowledges(1);
    await expect(testSpool(directory)).rejects.toMatchObject({
      code: "SPOOL_LOCKED",
      message: expect.stringContaining(`is in use by process ${other.pid}`) as string,
    });
    await other.kill();
    await testSpool(directory);
  });

  it("refuses a second spool in the same process, until the first is closed", async () => {
    const directory = await temporaryFolder();
    const first = await testSpool(directory);
    await expect(testSpool(directory)).rejects.toMatchObject({ code: "SPOOL_LOCKED" });
    await first.close();
    const second = await testSpool(directory);
    await second.close();
    expect(await readdir(directory)).toEqual([]);
  });

  it("lets one of many in that find the lock of a dead process at the same time", async () => {
    for (let round = 0; round < 20; round++) {
      const directory = await temporaryFolder();
      await plantLock(directory, { pid: 2 ** 22 + 1 });
      const outcomes = await Promise.allSettled(
        Array.from({ length: 8 }, () => testSpool(directory)),
      );
      const answers = outcomes.map((outcome) =>
        outcome.status === "fulfilled" ? "opened" : (outcome.reason as CalibrantError).code,
      );
      expect(answers.toSorted()).toEqual([...Array<string>(7).fill("SPOOL_LOCKED"), "opened"]);
      expect((await readdir(directory)).toSorted()).toEqual(["lock"]);
    }
  });

  it("succeeds a successor that died before it was done", async () => {
    const directory = await temporaryFolder();
    const gone = 2 ** 22 + 1;
    const path = await plantLock(directory, { pid: gone });
    const holder = JSON.parse(await readFile(path, "utf8")) as Holder;
    await writeFile(`${path}.after.planted`, JSON.stringify({ ...holder, token: "second" }));
    await testSpool(directory);
    expect((await readdir(directory)).toSorted()).toEqual(["lock"]);
    await expect(testSpool(directory)).rejects.toMatchObject({ code: "SPOOL_LOCKED" });
  });

  it("takes the place of a holder whose pid was given to another process", async () => {
    const directory = await temporaryFolder();
    await plantLock(directory, { pid: process.pid, started: "1" });
    await expect(testSpool(directory)).resolves.toBeDefined();
  });

  it("takes the place of a lock that names nobody", async () => {
    const directory = await temporaryFolder();
    await writeFile(join(directory, "lock"), "");
    await expect(testSpool(directory)).resolves.toBeDefined();
  });

  it("respects a holder in another container while it shows itself", async () => {
    const directory = await temporaryFolder();
    const path = await plantLock(directory, { place: "elsewhere", pid: 1 });
    await expect(testSpool(directory)).rejects.toMatchObject({
      message: expect.stringContaining("in another container (elsewhere)") as string,
    });
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(path, longAgo, longAgo);
    await testSpool(directory);
  });
});
