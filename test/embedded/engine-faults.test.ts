import { execFileSync } from "node:child_process";
import { readdirSync, truncateSync } from "node:fs";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startEmbeddedStore, type EmbeddedStoreOptions } from "#processor/embedded/embedded.js";
import { systemClock } from "#processor/kernel/clock.js";
import { createLogger } from "#processor/kernel/logger.js";
import { createStoreClient } from "#processor/store/client.js";
import { asReader, asWriter } from "../support/store-http.js";
import { startTestStore, withStore } from "../support/store.js";

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), "calibrant-engine-"));
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

describe("what the engine does wrong or allows", () => {
  it("gives no rows of a failed query to the next one, in any format", async () => {
    await withStore(async (store) => {
      const failing =
        "SELECT number, throwIf(number = 200000) FROM numbers(300000) SETTINGS max_block_size = 1000";
      for (const format of ["TSV", "JSON", "JSONEachRow", "Native", "CSV", "Parquet"]) {
        const failed = await asWriter(store, `${failing} FORMAT ${format}`);
        expect([failed.status, failed.headers["x-clickhouse-exception-code"]]).toEqual([
          500,
          "395",
        ]);
        expect((await asWriter(store, "SELECT 42")).text).toBe("42\n");
        expect((await asWriter(store, "SELECT 43 SETTINGS max_threads = 1")).text).toBe("43\n");
      }
      await Promise.all(
        Array.from({ length: 12 }, async (_, index) => {
          await asWriter(store, `${failing} FORMAT TSV`);
          expect((await asWriter(store, `SELECT ${index}`)).text).toBe(`${index}\n`);
        }),
      );
    });
  });

  it("lets no setting, parameter or database stick to a session", async () => {
    await withStore(async (store) => {
      const threads = "SELECT getSetting('max_threads')";
      const usual = (await asReader(store, threads)).text;
      await Promise.all(
        Array.from({ length: 40 }, async (_, index) => {
          const set = index % 2 === 0 ? `/?max_threads=${3 + (index % 5)}&database=system` : "/";
          const expected = index % 2 === 0 ? `${3 + (index % 5)}\n` : usual;
          expect((await asReader(store, threads, set)).text).toBe(expected);
        }),
      );
      expect((await asReader(store, "SELECT {a:UInt8}", "/?param_a=1")).text).toBe("1\n");
      expect((await asReader(store, "SELECT {a:UInt8}")).text).toMatch(/^Code: 456\./);
      expect((await asReader(store, "SELECT currentDatabase()")).text).toBe("calibrant\n");
    });
  });

  it("answers short queries beside long ones", async () => {
    await withStore(async (store) => {
      const order: string[] = [];
      const long = asReader(store, "SELECT sleep(3)").then(() => order.push("long"));
      const bound = asReader(store, "SELECT sleep({s:UInt8})", "/?param_s=3").then(() =>
        order.push("bound"),
      );
      await asReader(store, "SELECT {a:UInt8}", "/?param_a=1");
      await asWriter(store, "CREATE TABLE calibrant.beside (a UInt8) ENGINE = Memory");
      await asWriter(store, "INSERT INTO calibrant.beside VALUES (1)");
      order.push("short");
      await Promise.all([long, bound]);
      expect(order[0]).toBe("short");
    });
  });

  it("ends a query that takes too much memory, time or answer, and only that one", async () => {
    const embedded = await startEmbeddedStore(
      options({ limits: { queryMemory: 200e6, result: 1e6, queryTime: 1_000 } }),
    );
    const client = createStoreClient({ url: embedded.url, ...embedded.credentials });
    try {
      const faults: [string, RegExp][] = [
        ["SELECT groupArray(repeat('x', 100) || toString(number)) FROM numbers(1e7)", / 241 /],
        ["SELECT count() FROM numbers(1e12) WHERE sipHash64(number) = 1", / 159 /],
        ["SELECT toString(number) FROM numbers(1e6)", / 396 /],
      ];
      for (const [sql, message] of faults) {
        await expect(client.query(sql)).rejects.toThrow(message);
        expect(await client.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
      }
    } finally {
      await client.close();
      await embedded.stop();
    }
  });

  it("names the directory and the lock when a second process wants it", async () => {
    const first = await startEmbeddedStore(options());
    try {
      await expect(startEmbeddedStore(options())).rejects.toMatchObject({
        code: "EMBEDDED_FAILED",
        message: expect.stringMatching(
          new RegExp(`another process holds the lock of the store in ${dataDir}/store`),
        ) as unknown,
      });
      expect(first.problem()).toBeUndefined();
    } finally {
      await first.stop();
    }
  });

  it("is not ready when the engine set damaged parts aside", async () => {
    const first = await startEmbeddedStore(options());
    const client = createStoreClient({ url: first.url, ...first.credentials });
    await client.command("CREATE TABLE calibrant.broken (a UInt32) ENGINE = MergeTree ORDER BY a");
    await client.insert("calibrant.broken", [{ a: 1 }]);
    await client.close();
    await first.stop();
    expect(first.problem()).toBeUndefined();
    const engine = path.join(dataDir, "store", "engine");
    const data = execFileSync("find", [engine, "-path", "*all_1_1_0/data.bin"], {
      encoding: "utf8",
    });
    truncateSync(data.trim(), 3);

    const second = await startEmbeddedStore(options());
    try {
      expect(second.problem()).toMatch(/1 damaged part.*calibrant\.broken\/.*all_1_1_0/);
    } finally {
      await second.stop();
    }
  });

  it("says what to install where the package is missing", async () => {
    for (const room of ["embedded", "kernel"]) {
      await cp(path.join("processor", "dist", room), path.join(dataDir, room), { recursive: true });
    }
    await writeFile(path.join(dataDir, "package.json"), '{"type":"module"}');
    const entry = pathToFileURL(path.join(dataDir, "embedded", "embedded.js")).href;
    const copy = (await import(entry)) as { startEmbeddedStore: typeof startEmbeddedStore };
    await expect(copy.startEmbeddedStore(options())).rejects.toMatchObject({
      code: "EMBEDDED_MISSING",
      message: expect.stringMatching(/npm install chdb/) as unknown,
    });
  });

  it("empties what an earlier process left of request bodies", async () => {
    const store = await startTestStore({ migrated: false });
    const incoming = path.join(store.dataDir, "store", "incoming");
    await writeFile(path.join(incoming, "left"), "x");
    await store.client.close();
    await store.embedded.stop();
    const again = await startEmbeddedStore(options({ dataDir: store.dataDir }));
    expect(readdirSync(incoming)).toEqual([]);
    await again.stop();
    await store.stop();
  });
});
