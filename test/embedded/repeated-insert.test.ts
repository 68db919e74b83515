import { afterAll, beforeAll, expect, it } from "vitest";
import { insertSettings, type StoreSettings } from "#processor/store/client.js";
import { startTestStore, type TestStore } from "../support/store.js";

const blocks = 40;
const rowsInBlock = 100;

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore({ migrated: false });
  const window = "SETTINGS non_replicated_deduplication_window = 1000";
  for (const statement of [
    "CREATE DATABASE shop ENGINE = Atomic",
    `CREATE TABLE shop.sales (a UInt32) ENGINE = MergeTree ORDER BY a ${window}`,
    `CREATE TABLE shop.totals (total UInt64, rows UInt64) ENGINE = SummingMergeTree ORDER BY tuple() ${window}`,
    "CREATE MATERIALIZED VIEW shop.sales_to_totals TO shop.totals AS SELECT sum(a) AS total, count() AS rows FROM shop.sales",
  ]) {
    await store.client.command(statement);
  }
});
afterAll(() => store.stop());

/** Blocks of ClickHouse's Native format with one column of growing numbers. */
function nativeBlocks(): Buffer {
  return Buffer.concat(
    Array.from({ length: blocks }, (_, block) => {
      const values = Uint32Array.from({ length: rowsInBlock }, (_row, row) => block * 1_000 + row);
      const head = Buffer.from([1, rowsInBlock, 1, 97, 6, ...Buffer.from("UInt32")]);
      return Buffer.concat([head, Buffer.from(values.buffer)]);
    }),
  );
}

it("stores an insert of many blocks once for its token, and once in a view that depends on it", async () => {
  const body = nativeBlocks();
  const settings = {
    ...(insertSettings("three times the same") as StoreSettings),
    // Each block of the body becomes a part of its own, with a token of its own made of this one.
    max_insert_block_size: "100",
    min_insert_block_size_rows: "100",
    min_insert_block_size_bytes: "1",
  };
  for (let time = 0; time < 3; time++) {
    await store.client.insertRaw({
      table: "shop.sales",
      format: "Native",
      pieces: [body],
      settings,
    });
  }
  const parts = await store.client.query<{ made: number }>(
    "SELECT toUInt32(max(max_block_number)) AS made FROM system.parts WHERE database = 'shop' AND table = 'sales'",
  );
  expect(parts[0]?.made).toBeGreaterThan(1);
  const expected = { rows: blocks * rowsInBlock, total: "78198000" };
  expect(
    await store.client.query("SELECT toUInt32(count()) AS rows, sum(a) AS total FROM shop.sales"),
  ).toEqual([expected]);
  expect(
    await store.client.query(
      "SELECT toUInt32(sum(rows)) AS rows, sum(total) AS total FROM shop.totals",
    ),
  ).toEqual([expected]);
});
