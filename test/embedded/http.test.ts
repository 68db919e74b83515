import { connect } from "node:net";
import { brotliCompressSync, deflateSync, gunzipSync, gzipSync, inflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, asReader, asWriter } from "../support/store-http.js";
import { startTestStore, type TestStore } from "../support/store.js";

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore();
  await store.client.command(
    "CREATE TABLE calibrant.thing (a UInt32, s String DEFAULT 'none') ENGINE = MergeTree ORDER BY a",
  );
});
afterAll(() => store.stop());

/** Sends exactly these bytes. */
function firstLine(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    let received = "";
    socket.setEncoding("latin1").on("data", (chunk: string) => (received += chunk));
    socket.on("error", reject);
    socket.on("close", () => resolve(received.split("\r\n")[0] ?? ""));
  });
}

const basic = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;

describe("the interface of ClickHouse over HTTP", () => {
  it("answers pings and an empty GET without a query", async () => {
    expect(await ask(store.url, { method: "GET", path: "/ping" })).toMatchObject({
      status: 200,
      text: "Ok.\n",
    });
    expect(await ask(store.url, { method: "GET" })).toMatchObject({ status: 200, text: "Ok.\n" });
  });

  it("takes the query from the URL, the body, or both", async () => {
    expect((await ask(store.url, { method: "GET", path: "/?query=SELECT%201" })).text).toBe("1\n");
    expect((await asReader(store, "SELECT 2")).text).toBe("2\n");
    expect((await asReader(store, "+ 1", "/?query=SELECT%202")).text).toBe("3\n");
    expect((await asReader(store, "SELECT 1 ;\n")).text).toBe("1\n");
  });

  it("takes the format from the query, then the parameter, then the default", async () => {
    expect((await asReader(store, "SELECT 1 AS x")).headers["x-clickhouse-format"]).toBe(
      "TabSeparated",
    );
    const asked = await asReader(store, "SELECT 1 AS x", "/?default_format=JSONEachRow");
    expect(asked.text).toBe('{"x":1}\n');
    expect(asked.headers["content-type"]).toMatch(/ndjson/);
    const named = await asReader(store, "SELECT 1 AS x FORMAT CSV", "/?default_format=JSON");
    expect(named.text).toBe("1\n");
    expect(named.headers["x-clickhouse-format"]).toBe("CSV");
  });

  it("carries the headers that clients read", async () => {
    const { headers } = await asReader(store, "SELECT 1", "/?query_id=abc-1");
    expect(headers["x-clickhouse-query-id"]).toBe("abc-1");
    expect(headers["x-clickhouse-timezone"]).toBe("UTC");
    expect(JSON.parse(String(headers["x-clickhouse-summary"]))).toMatchObject({ read_rows: "1" });
    const unsafe = await asReader(store, "SELECT 1", "/?query_id=a%0d%0aX-Evil:1");
    expect(unsafe.headers["x-evil"]).toBeUndefined();
  });

  it("says the time in UTC whatever the machine's zone is", async () => {
    const sql = "SELECT timezone(), toString(toDateTime(0)), toString(toDateTime64(0, 3))";
    expect((await asReader(store, sql)).text).toBe(
      "UTC\t1970-01-01 00:00:00\t1970-01-01 00:00:00.000\n",
    );
  });

  it("applies a database and settings to this query and to no other", async () => {
    expect((await asReader(store, "SELECT currentDatabase()", "/?database=system")).text).toBe(
      "system\n",
    );
    expect((await asReader(store, "SELECT currentDatabase()")).text).toBe("calibrant\n");
    const threads = "SELECT getSetting('max_threads')";
    expect((await asReader(store, threads, "/?max_threads=7")).text).toBe("7\n");
    expect((await asReader(store, threads)).text).not.toBe("7\n");
    expect((await asReader(store, "SELECT number FROM numbers(9)", "/?limit=2")).text).toBe(
      "0\n1\n",
    );
  });

  it("keeps the store's limits when a request asks for more", async () => {
    const memory = "SELECT getSetting('max_memory_usage')";
    const limit = (await asReader(store, memory)).text;
    expect((await asReader(store, memory, "/?max_memory_usage=999999999999999")).text).toBe(limit);
    expect((await asReader(store, memory, "/?max_memory_usage=0")).text).toBe(limit);
    expect((await asReader(store, memory, "/?max_memory_usage=1000000000")).text).toBe(
      "1000000000\n",
    );
  });

  it("refuses what it does not know by ClickHouse's codes and statuses", async () => {
    const refusals: [string, string, number, number][] = [
      ["SELEC 1", "/", 400, 62],
      ["SELECT * FROM nowhere", "/", 404, 60],
      ["SELECT nothing", "/", 404, 47],
      ["SELECT 1", "/?database=nowhere", 404, 81],
      ["SELECT 1", "/?no_such_setting=1", 404, 115],
      ["SELECT 1", "/?readonly=0&max_insert_block_size=1", 500, 164],
      ["SELECT 1 FORMAT NoSuchFormat", "/", 404, 73],
      ["SELECT {x:UInt8}", "/", 400, 456],
      ["SELECT {x:UInt8}", "/?param_x=many", 400, 457],
      ["SELECT 1", "/?session_id=a", 501, 48],
      ["SELECT 1", "/?compress=1", 501, 48],
      ["", "/", 400, 62],
      ["SELECT sum(sleepEachRow(1)) FROM numbers(3) SETTINGS max_block_size = 1", "/", 500, 164],
      ["SELECT sleep(3)", "/?max_execution_time=1", 408, 159],
    ];
    for (const [sql, path, status, code] of refusals) {
      const answer = await asReader(store, sql, path);
      expect([sql, path, answer.status, answer.headers["x-clickhouse-exception-code"]]).toEqual([
        sql,
        path,
        status,
        String(code),
      ]);
      expect(answer.text).toMatch(
        new RegExp(
          `^Code: ${code}\\. DB::Exception: [\\s\\S]+\\([A-Z_]+\\) \\(version [0-9.]+\\)\n$`,
        ),
      );
    }
  });

  it("reads compressed bodies and compresses when it is asked to", async () => {
    const sql = "SELECT repeat('a', 1000)";
    const forms = { gzip: gzipSync(sql), deflate: deflateSync(sql), br: brotliCompressSync(sql) };
    for (const [encoding, body] of Object.entries(forms)) {
      const headers = { "Content-Encoding": encoding };
      expect((await ask(store.url, { body, headers })).text).toBe(`${"a".repeat(1000)}\n`);
    }
    const wants = async (encoding: string, path = "/?enable_http_compression=1") =>
      await ask(store.url, { path, body: sql, headers: { "Accept-Encoding": encoding } });
    expect(gunzipSync((await wants("gzip, br")).bytes).length).toBe(1001);
    expect(inflateSync((await wants("deflate")).bytes).length).toBe(1001);
    expect((await wants("gzip", "/")).headers["content-encoding"]).toBeUndefined();
  });

  it("refuses bodies that are not what they say, and lets go of none of its connections", async () => {
    const torn = await ask(store.url, {
      body: gzipSync("SELECT 1").subarray(0, 15),
      headers: { "Content-Encoding": "gzip" },
    });
    expect(torn.status).toBe(400);
    const unknown = await ask(store.url, { body: "x", headers: { "Content-Encoding": "zstd" } });
    expect(unknown.status).toBe(501);
    const large = await asReader(store, " ".repeat(2 * 1024 ** 2));
    expect(large.status).toBe(413);
    expect((await ask(store.url, { method: "GET", path: "/elsewhere" })).status).toBe(404);
    expect((await ask(store.url, { method: "DELETE" })).status).toBe(405);
    expect((await asReader(store, "SELECT 1")).text).toBe("1\n");
  });

  it("knows its writer by Basic, by headers and by parameters, and nobody else", async () => {
    const { username, password } = store.credentials;
    const create = "CREATE TABLE IF NOT EXISTS calibrant.known (a UInt8) ENGINE = Memory";
    const accepted = [
      { headers: { Authorization: basic(username, password) } },
      { headers: { "X-ClickHouse-User": username, "X-ClickHouse-Key": password } },
      { path: `/?user=${username}&password=${password}` },
    ];
    for (const form of accepted) {
      expect((await ask(store.url, { body: create, ...form })).text).toBe("");
    }
    const refused = [
      { headers: { Authorization: basic(username, "guess") } },
      { headers: { Authorization: basic("root", "") } },
      { headers: { Authorization: "Bearer x" } },
      { headers: { "X-ClickHouse-User": username } },
      { path: `/?user=${username}&password=${password}x` },
      { path: "/?user=default&password=guess" },
    ];
    for (const form of refused) {
      const answer = await ask(store.url, { body: create, ...form });
      expect(answer.status).toBe(403);
      expect(answer.headers["x-clickhouse-exception-code"]).toBe("516");
    }
  });

  it("changes nothing by GET or with readonly, whoever asks", async () => {
    const insert = "/?query=INSERT%20INTO%20calibrant.thing%20(a)%20VALUES%20(1)";
    const { username, password } = store.credentials;
    const headers = { "X-ClickHouse-User": username, "X-ClickHouse-Key": password };
    expect((await ask(store.url, { method: "GET", path: insert, headers })).status).toBe(500);
    expect((await asWriter(store, "DROP TABLE calibrant.thing", "/?readonly=1")).status).toBe(500);
    expect((await asReader(store, "SELECT count() FROM calibrant.thing")).text).toBe("0\n");
  });

  it("does not answer web pages", async () => {
    const { port } = new URL(store.url);
    const sent = async (headers: Record<string, string>) =>
      (await ask(store.url, { body: "SELECT 1", headers })).status;
    expect(await sent({ Host: `127.0.0.1:${port}` })).toBe(200);
    expect(await sent({ Host: `localhost:${port}` })).toBe(200);
    expect(await sent({ Host: "[::1]:9" })).toBe(200);
    expect(await sent({ Host: `attacker.example:${port}` })).toBe(403);
    expect(await sent({ Host: "localhost.attacker.example" })).toBe(403);
    expect(await sent({ Origin: "http://localhost:3000" })).toBe(403);
    expect(await sent({ Origin: "null" })).toBe(403);
    const ping = await ask(store.url, { method: "GET", path: "/ping", headers: { Host: "x" } });
    expect(ping.status).toBe(403);
    expect(await firstLine(Number(port), "GET /?query=SELECT%201 HTTP/1.0\r\n\r\n")).toMatch(
      / 403 /,
    );
    expect(await firstLine(Number(port), "GET / HTTP/1.1\r\n\r\n")).toMatch(/ 400 /);
  });
});
