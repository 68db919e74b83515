import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asReader } from "../support/store-http.js";
import { startTestStore, type TestStore } from "../support/store.js";

/** The Go program of the npm package `dbmate`, which publishes each release for this platform only. */
const dbmate = installed("@dbmate/linux-x64/bin/dbmate");

function installed(file: string): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(file);
  } catch {
    return undefined;
  }
}

let store: TestStore;
let migrations: string;
beforeAll(async () => {
  store = await startTestStore({ migrated: false });
  migrations = await mkdtemp(path.join(os.tmpdir(), "calibrant-dbmate-"));
  await writeFile(
    path.join(migrations, "20260101000000_thing.sql"),
    `-- migrate:up
CREATE TABLE thing (a UInt32, s String DEFAULT 'it''s', at DateTime64(9)) ENGINE = MergeTree ORDER BY a;
-- migrate:down
DROP TABLE thing;
`,
  );
});
afterAll(async () => {
  await store.stop();
  await rm(migrations, { recursive: true, force: true });
});

async function run(user: string, ...command: string[]): Promise<string> {
  const { host } = new URL(store.url);
  const { stdout, stderr } = await promisify(execFile)(dbmate ?? "", [
    "--url",
    `clickhouse+http://${user}@${host}/shop`,
    "--migrations-dir",
    migrations,
    "--no-dump-schema",
    ...command,
  ]);
  return stdout + stderr;
}

describe("clickhouse-go, as dbmate and Grafana's plugin contain it", () => {
  it("shakes hands, reads, writes and makes tables", async ({ skip }) => {
    skip(dbmate === undefined, "@dbmate/linux-x64 is not installed: it is for Linux on x64");
    const { username, password } = store.credentials;
    const writer = `${username}:${password}`;
    expect(await run(writer, "up")).toMatch(/Creating: shop\nApplying:.*\nApplied:/s);
    expect(await run(writer, "status")).toMatch(/\[X\] 20260101000000_thing\.sql\n\nApplied: 1\n/);
    expect((await asReader(store, "SHOW TABLES FROM shop")).text).toBe(
      "schema_migrations\nthing\n",
    );
    expect((await asReader(store, "SELECT version FROM shop.schema_migrations FINAL")).text).toBe(
      "20260101000000\n",
    );
    expect(await run("default", "status")).toMatch(/Applied: 1\nPending: 0/);
    await expect(run("default", "rollback")).rejects.toThrow(/readonly mode/);
    await expect(run(`${username}:wrong`, "status")).rejects.toThrow(/Authentication failed/);
    expect(await run(writer, "rollback")).toMatch(/Rolled back/);
    expect(await run(writer, "drop")).toMatch(/Dropping: shop/);
    expect((await asReader(store, "SHOW DATABASES LIKE 'shop'")).text).toBe("");
  });

  it("is given the block form of its version for its first query alone", async () => {
    const versioned = "/?client_protocol_version=54460&default_format=Native&database=default";
    const hello = "SELECT displayName(), version(), revision(), timezone()";
    const { bytes } = await asReader(store, hello, versioned);
    expect(bytes.subarray(0, 10).toString("hex")).toBe("010002ffffffff000401");
    expect(bytes.toString("latin1")).toContain("timezone()\x06String\0\x03UTC");
    const later = await asReader(store, "SELECT 1", versioned);
    expect(later.bytes.toString("latin1")).toBe("\x01\x01\x011\x05UInt8\x01");
    expect((await asReader(store, "SELECT 1 WHERE 0", versioned)).bytes.length).toBe(0);
  });
});
