import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startEmbeddedStore, type EmbeddedStoreOptions } from "#processor/embedded/embedded.js";
import { systemClock } from "#processor/kernel/clock.js";
import { createLogger } from "#processor/kernel/logger.js";
import { createStoreClient } from "#processor/store/client.js";
import { until } from "../support/until.js";

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), "calibrant-supervisor-"));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const options = (more: Partial<EmbeddedStoreOptions> = {}): EmbeddedStoreOptions => ({
  dataDir,
  host: "127.0.0.1",
  port: 0,
  logger: createLogger("silent"),
  clock: systemClock,
  ...more,
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("the store's process", () => {
  it("comes back after SIGKILL on the same port with the same credentials and all its rows", async () => {
    const exits: string[] = [];
    const embedded = await startEmbeddedStore(options({ onExit: (reason) => exits.push(reason) }));
    const client = createStoreClient({ url: embedded.url, ...embedded.credentials });
    try {
      await client.command(
        "CREATE TABLE calibrant.kept (a UInt32) ENGINE = MergeTree ORDER BY a SETTINGS fsync_after_insert = 1, fsync_part_directory = 1",
      );
      for (let round = 1; round <= 3; round++) {
        await client.insert("calibrant.kept", [{ a: round }]);
        const before = embedded.pid ?? 0;
        process.kill(before, "SIGKILL");
        await until("a problem to be seen", () => embedded.problem() !== undefined);
        expect(embedded.problem()).toMatch(/SIGKILL/);
        await expect(client.ping()).rejects.toMatchObject({
          code: "STORE_UNAVAILABLE",
          retryable: true,
        });
        await until("the process to run again", () => embedded.problem() === undefined);
        expect(embedded.pid).not.toBe(before);
        expect(await client.query("SELECT count() AS n FROM calibrant.kept")).toEqual([
          { n: String(round) },
        ]);
      }
      expect(exits).toEqual(["SIGKILL", "SIGKILL", "SIGKILL"]);
    } finally {
      await client.close();
      await embedded.stop();
    }
  });

  it("tells its password to nobody: not on its command line, in its environment or in the log", async () => {
    const embedded = await startEmbeddedStore(options());
    const other = await startEmbeddedStore(options({ dataDir: path.join(dataDir, "other") }));
    try {
      const { password } = embedded.credentials;
      expect(password.length).toBeGreaterThan(40);
      expect(other.credentials.password).not.toBe(password);
      for (const file of ["cmdline", "environ"]) {
        expect(readFileSync(`/proc/${embedded.pid}/${file}`, "utf8")).not.toContain(password);
      }
    } finally {
      await embedded.stop();
      await other.stop();
    }
  });

  it("waits for the queries under way when it is told to stop, and starts no process after that", async () => {
    const embedded = await startEmbeddedStore(options());
    const pid = embedded.pid ?? 0;
    const slow = fetch(embedded.url, { method: "POST", body: "SELECT sleep(1)" });
    await until("the query to run", async () => {
      const sql = "SELECT count() FROM system.processes WHERE query LIKE 'SELECT sleep%'";
      return (await (await fetch(embedded.url, { method: "POST", body: sql })).text()) === "1\n";
    });
    const [answer] = await Promise.all([slow, embedded.stop()]);
    expect(await answer.text()).toBe("0\n");
    expect(isAlive(pid)).toBe(false);
    expect(embedded.pid).toBeUndefined();
    await embedded.stop();
  });

  it("ends when its parent is killed, and lets the next one in", async () => {
    const parent = fork(new URL("../support/store-parent.mjs", import.meta.url), [dataDir], {
      execArgv: [],
    });
    const [pid] = (await once(parent, "message")) as [number];
    expect(isAlive(pid)).toBe(true);
    parent.kill("SIGKILL");
    const next = await startEmbeddedStore(options());
    await until("the orphan to end", () => !isAlive(pid));
    expect(next.problem()).toBeUndefined();
    await next.stop();
  });

  it("does not mind the signals that a terminal or service manager sends to the whole group", async () => {
    const embedded = await startEmbeddedStore(options());
    process.kill(embedded.pid ?? 0, "SIGINT");
    process.kill(embedded.pid ?? 0, "SIGTERM");
    const answer = await fetch(embedded.url, { method: "POST", body: "SELECT 1" });
    expect(await answer.text()).toBe("1\n");
    await embedded.stop();
  });

  it("names a port that is taken, and refuses to listen beyond loopback", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    await expect(startEmbeddedStore(options({ port }))).rejects.toMatchObject({
      code: "PORT_IN_USE",
      message: expect.stringContaining(String(port)) as unknown,
    });
    taken.close();
    for (const host of ["0.0.0.0", "::", "192.0.2.1", "example.com"]) {
      await expect(startEmbeddedStore(options({ host }))).rejects.toMatchObject({
        code: "EMBEDDED_FAILED",
      });
    }
  });

  it("says what is wrong with a directory that it cannot use", async () => {
    const file = path.join(dataDir, "file");
    await writeFile(file, "");
    await expect(startEmbeddedStore(options({ dataDir: file }))).rejects.toMatchObject({
      code: "EMBEDDED_FAILED",
      message: expect.stringContaining(file) as unknown,
    });
  });
});
