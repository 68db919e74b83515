import { Readable } from "node:stream";
import { createClient, type ClickHouseClient } from "@clickhouse/client";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestStore, type TestStore } from "../support/store.js";

let store: TestStore;
let client: ClickHouseClient;
beforeAll(async () => {
  store = await startTestStore();
  const { username, password } = store.credentials;
  client = createClient({
    url: store.url,
    username,
    password,
    clickhouse_settings: { output_format_json_quote_64bit_integers: 1 },
    compression: { request: true, response: true },
  });
  await client.command({
    query:
      "CREATE TABLE calibrant.thing (id UInt64, name String, at DateTime64(3), tags Map(String, String)) ENGINE = MergeTree ORDER BY id",
  });
});
afterAll(async () => {
  await client.close();
  await store.stop();
});

describe("@clickhouse/client as it comes", () => {
  it("pings", async () => {
    expect(await client.ping()).toEqual({ success: true });
    expect(await client.ping({ select: true })).toEqual({ success: true });
  });

  it("inserts rows, streams and every format it has, and reads them back", async () => {
    await client.insert({
      table: "calibrant.thing",
      format: "JSONEachRow",
      values: [{ id: "1", name: "a'\\\n", at: 1767323045678, tags: { k: "v" } }],
    });
    await client.insert({
      table: "calibrant.thing",
      format: "CSV",
      columns: ["id", "name"],
      values: Readable.from(["2,b\n", "3,c\n"], { objectMode: false }),
    });
    await client.insert({
      table: "calibrant.thing",
      columns: { except: ["at", "tags"] },
      format: "JSONCompactEachRow",
      values: [["4", "d"]],
    });
    const answer = await client.query({
      query: "SELECT id, name, tags FROM calibrant.thing ORDER BY id",
      format: "JSONEachRow",
    });
    expect(await answer.json()).toEqual([
      { id: "1", name: "a'\\\n", tags: { k: "v" } },
      { id: "2", name: "b", tags: {} },
      { id: "3", name: "c", tags: {} },
      { id: "4", name: "d", tags: {} },
    ]);
  });

  it("streams large answers", async () => {
    const answer = await client.query({
      query: "SELECT number FROM system.numbers LIMIT 100000",
      format: "JSONCompactEachRow",
    });
    let rows = 0;
    for await (const batch of answer.stream()) rows += batch.length;
    expect(rows).toBe(100_000);
  });

  it("binds any text and list of texts, and gets them back as they were", async () => {
    const text = fc.string({ unit: "binary", maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(text, fc.array(text, { maxLength: 4 }), async (one, many) => {
        const answer = await client.query({
          query: "SELECT {one:String} AS one, {many:Array(String)} AS many",
          query_params: { one, many },
          format: "JSONEachRow",
        });
        expect(await answer.json()).toEqual([{ one, many }]);
      }),
      { numRuns: 200 },
    );
  });

  it("binds every other kind of value", async () => {
    const answer = await client.query({
      query: `SELECT {i:Int64} AS i, {f:Float64} AS f, {b:Bool} AS b, {n:Nullable(String)} AS n,
        {m:Map(String, UInt8)} AS m, {t:DateTime64(3)} AS t, {name:Identifier} AS column
        FROM (SELECT 7 AS seven)`,
      query_params: {
        i: -(2n ** 63n),
        f: 0.5,
        b: true,
        n: null,
        m: { "it's": 1 },
        t: new Date("2026-01-02T03:04:05.678Z"),
        name: "seven",
      },
      format: "JSONEachRow",
    });
    expect(await answer.json()).toEqual([
      {
        i: "-9223372036854775808",
        f: 0.5,
        b: true,
        n: null,
        m: { "it's": 1 },
        t: "2026-01-02 03:04:05.678",
        column: 7,
      },
    ]);
  });

  it("takes thousands of bound values", async () => {
    const ids = Array.from({ length: 8_000 }, (_, index) => index.toString(16).padStart(32, "0"));
    const answer = await client.query({
      query: "SELECT length({ids:Array(String)}) AS n",
      query_params: { ids },
      format: "JSONEachRow",
    });
    expect(await answer.json()).toEqual([{ n: "8000" }]);
  });

  it("throws its own error with the engine's code", async () => {
    await expect(client.query({ query: "SELECT nothing" })).rejects.toMatchObject({
      code: "47",
      type: "UNKNOWN_IDENTIFIER",
    });
    await expect(client.command({ query: "DROP TABLE calibrant.nowhere" })).rejects.toMatchObject({
      code: "60",
      type: "UNKNOWN_TABLE",
    });
  });
});
