import { readdir } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ask, asReader, asWriter } from "../support/store-http.js";
import { startTestStore, type TestStore } from "../support/store.js";

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore();
});
afterAll(() => store.stop());
beforeEach(async () => {
  await store.client.command("DROP TABLE IF EXISTS calibrant.thing SYNC");
  await store.client.command(
    `CREATE TABLE calibrant.thing (a UInt32, s LowCardinality(String) DEFAULT 'none',
       at DateTime64(9), tags Map(LowCardinality(String), String), double UInt64 DEFAULT a * 2,
       nested Nested (k String, v Array(UInt8)))
     ENGINE = MergeTree ORDER BY a`,
  );
});

const rows = async (columns = "a, s"): Promise<string> =>
  (await asReader(store, `SELECT ${columns} FROM calibrant.thing ORDER BY a FORMAT CSV`)).text;

const encoded = (sql: string): string => `/?query=${encodeURIComponent(sql)}`;

describe("INSERT with rows", () => {
  it("reads every format that the engine writes, and fills what is left out by the table's defaults", async () => {
    const formats = [
      "Native",
      "JSONEachRow",
      "JSONCompactEachRow",
      "JSONCompactEachRowWithNames",
      "CSV",
      "CSVWithNames",
      "TabSeparated",
      "TabSeparatedWithNames",
      "RowBinary",
      "RowBinaryWithNames",
      "Parquet",
      "Arrow",
      "Values",
    ];
    const select =
      "SELECT toUInt32(number) AS a, concat('it''s ', toString(number)) AS s FROM numbers(3)";
    for (const format of formats) {
      const { bytes } = await asReader(store, `${select} FORMAT ${format}`);
      const inserted = await asWriter(
        store,
        bytes,
        encoded(`INSERT INTO calibrant.thing (a, s) FORMAT ${format}`),
      );
      expect([format, inserted.status, inserted.text]).toEqual([format, 200, ""]);
      expect([format, await rows("a, s, double")]).toEqual([
        format,
        `0,"it's 0",0\n1,"it's 1",2\n2,"it's 2",4\n`,
      ]);
      await store.client.command("TRUNCATE TABLE calibrant.thing");
    }
  });

  it("finds the rows behind a statement in the body", async () => {
    const bodies = [
      'INSERT INTO calibrant.thing FORMAT JSONEachRow {"a":1,"s":"x"}',
      'INSERT INTO calibrant.thing (a, s) FORMAT JSONEachRow\n{"a":1,"s":"x"}\n',
      '-- a comment; FORMAT CSV\ninsert into `calibrant`."thing" (`a`, s) settings max_threads=1, log_comment=\'a b\' format JSONEachRow;\n{"a":1,"s":"x"}',
      "INSERT INTO calibrant.thing (a, s) VALUES (1, 'x')",
      "INSERT INTO TABLE calibrant.thing (s, a) VALUES ('x', 1);",
      "INSERT INTO calibrant.thing (a, s) FORMAT CSV\n1,x\n",
      "INSERT INTO calibrant.thing (a, s) FORMAT TSV\n1\tx\n",
      "INSERT INTO calibrant.thing (a, s) SELECT 1, 'x'",
    ];
    for (const body of bodies) {
      const answer = await asWriter(store, body);
      expect([body, answer.status, answer.text]).toEqual([body, 200, ""]);
      expect([body, await rows()]).toEqual([body, '1,"x"\n']);
      await store.client.command("TRUNCATE TABLE calibrant.thing");
    }
  });

  it("joins rows to a statement in the URL that ends with VALUES", async () => {
    await asWriter(
      store,
      "(1, 'x'), (2, 'y')",
      encoded("INSERT INTO calibrant.thing (a, s) VALUES"),
    );
    expect(await rows()).toBe('1,"x"\n2,"y"\n');
  });

  it("reads gzip bodies, names beyond ASCII and nested columns", async () => {
    await store.client.command("ALTER TABLE calibrant.thing ADD COLUMN `größe` String");
    const answer = await ask(store.url, {
      path: encoded(
        "INSERT INTO calibrant.thing (a, nested.k, `nested.v`, `größe`) FORMAT JSONEachRow",
      ),
      body: gzipSync('{"a":1,"nested.k":["k"],"nested.v":[[1,2]],"größe":"ü"}'),
      headers: {
        "Content-Encoding": "gzip",
        "X-ClickHouse-User": store.credentials.username,
        "X-ClickHouse-Key": store.credentials.password,
      },
    });
    expect(answer.text).toBe("");
    expect(await rows("nested.k, nested.v, `größe`")).toBe(`"['k']","[[1,2]]","ü"\n`);
    await asWriter(
      store,
      'INSERT INTO calibrant.thing (a, `größe`) FORMAT JSONEachRow {"a":2,"größe":"ß"}',
    );
    expect(await rows("a, `größe`")).toBe('1,"ü"\n2,"ß"\n');
  });

  it("maps Native columns by name and casts them to the table's types", async () => {
    const { bytes } = await asReader(
      store,
      "SELECT map('k', 'v') AS tags, 'x' AS s, toUInt64(7) AS a, toInt64(1700000000123456789) AS unused FORMAT Native",
    );
    const refused = await asWriter(
      store,
      bytes,
      encoded(
        "INSERT INTO calibrant.thing SETTINGS input_format_skip_unknown_fields=0 FORMAT Native",
      ),
    );
    expect(refused.status).not.toBe(200);
    const skipping =
      "INSERT INTO calibrant.thing SETTINGS input_format_skip_unknown_fields=1 FORMAT Native";
    expect((await asWriter(store, bytes, encoded(skipping))).text).toBe("");
    expect(await rows("a, s, tags")).toBe(`7,"x","{'k':'v'}"\n`);
  });

  it("refuses bad rows as a whole, says why, and leaves no file behind", async () => {
    const bad = [
      'INSERT INTO calibrant.thing FORMAT JSONEachRow {"a":1}\n{"a":"many"}',
      'INSERT INTO calibrant.thing SETTINGS input_format_skip_unknown_fields=0 FORMAT JSONEachRow {"b":1}',
      "INSERT INTO calibrant.thing FORMAT Native\nnot native at all",
      "INSERT INTO calibrant.thing (nowhere) FORMAT CSV\n1",
      "INSERT INTO calibrant.nowhere FORMAT CSV\n1",
      "INSERT INTO calibrant.thing (a) FORMAT NoSuchFormat\n1",
      "INSERT INTO calibrant.thing (a, s) VALUES (1, file('/etc/passwd'))",
      "INSERT INTO calibrant.thing (a, s) VALUES (1, `fil\\x65`('/etc/passwd'))",
      "INSERT INTO default.`/tmp/x.csv` FORMAT CSV\n1",
      "INSERT INTO FUNCTION file('/tmp/x.csv') FORMAT CSV\n1",
      "INSERT INTO calibrant.thing (a) FROM INFILE '/etc/passwd' FORMAT CSV",
      "INSERT INTO calibrant.thing (a) SETTINGS format_schema='/etc/passwd:X' FORMAT Protobuf\n1",
    ];
    for (const body of bad) {
      const answer = await asWriter(store, body);
      expect([body, answer.status >= 400, answer.text.startsWith("Code: ")]).toEqual([
        body,
        true,
        true,
      ]);
      expect(answer.text).not.toContain(store.dataDir);
    }
    expect(await rows()).toBe("");
    expect(await readdir(path.join(store.dataDir, "store", "incoming"))).toEqual([]);
  });

  it("takes no rows from a reader", async () => {
    const answer = await asReader(
      store,
      "1",
      encoded("INSERT INTO calibrant.thing (a) FORMAT CSV"),
    );
    expect(answer.headers["x-clickhouse-exception-code"]).toBe("164");
    expect(await rows()).toBe("");
  });
});
