import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asReader, asWriter } from "../support/store-http.js";
import { startTestStore, type TestStore } from "../support/store.js";

let store: TestStore;
let outside: string;
let secretFile: string;
const secret = "canary-7f3a";
beforeAll(async () => {
  store = await startTestStore();
  outside = mkdtempSync(path.join(os.tmpdir(), "calibrant-outside-"));
  secretFile = path.join(outside, "secret.csv");
  writeFileSync(secretFile, `${secret}\n`);
  await store.client.command("CREATE TABLE calibrant.kept (a UInt8) ENGINE = MergeTree ORDER BY a");
  await store.client.insert("calibrant.kept", [{ a: 1 }]);
});
afterAll(async () => {
  await store.stop();
  rmSync(outside, { recursive: true, force: true });
});

/** Everything that nobody may do from outside: reach files, the network, or text run as SQL. */
const reaching = (): string[] => {
  const file = secretFile;
  const target = path.join(outside, "written.csv");
  return [
    `SELECT * FROM file('${file}', 'LineAsString')`,
    `SELECT file('${file}')`,
    `SELECT FILE('${file}')`,
    `select/**/file/* x */ /* y */('${file}')`,
    `SELECT file -- comment\n ('${file}')`,
    `SELECT file # comment\n ('${file}')`,
    `SELECT \`file\`('${file}')`,
    `SELECT "file"('${file}')`,
    `SELECT \`fil\\x65\`('${file}')`,
    `SELECT 'a\\'b', file('${file}'), 'c'`,
    `SELECT 'a''b', file('${file}')`,
    `SELECT $$ ' $$, file('${file}')`,
    `SELECT '/*', file('${file}'), '*/'`,
    `SELECT '--', file('${file}')`,
    `SELECT arrayMap(x -> file(x), ['${file}'])`,
    `SELECT (SELECT file('${file}'))`,
    `WITH x AS (SELECT file('${file}') AS y) SELECT y FROM x`,
    `WITH (SELECT * FROM file('${file}', 'LineAsString')) AS y SELECT y`,
    `SELECT 1 UNION ALL SELECT length(file('${file}'))`,
    `SELECT * FROM (SELECT * FROM (SELECT * FROM file('${file}', 'LineAsString')))`,
    `SELECT 1 WHERE 1 IN (SELECT length(file('${file}')))`,
    `SELECT 1 ORDER BY file('${file}')`,
    `SELECT 1 LIMIT length(file('${file}'))`,
    `SELECT * FROM numbers(1) AS n JOIN file('${file}', 'LineAsString') AS f ON 1`,
    `FROM file('${file}', 'LineAsString') SELECT *`,
    `(SELECT file('${file}'))`,
    `EXPLAIN SELECT * FROM file('${file}', 'LineAsString')`,
    `DESCRIBE TABLE file('${file}', 'LineAsString')`,
    `DESC file('${file}')`,
    `SELECT * FROM loop(file('${file}', 'LineAsString'))`,
    `SELECT * FROM view(SELECT * FROM file('${file}', 'LineAsString'))`,
    `SELECT * FROM fileCluster('default', '${file}')`,
    `SELECT * FROM default.\`${file}\``,
    `SELECT * FROM "default"."${file}"`,
    `SELECT * FROM \`default\`/**/./**/\`${file}\``,
    `SELECT * FROM DEFAULT.\`${file}\``,
    `SELECT * FROM \`${file}\``,
    `SELECT * FROM '${file}'`,
    `DESCRIBE \`${file}\``,
    `DESCRIBE default.\`${file}\``,
    `EXISTS TABLE default.\`${file}\``,
    `SELECT 'x' IN \`${file}\``,
    `SELECT * FROM merge('default', '.*')`,
    `SELECT hasColumnInTable('default', '${file}', 'c1')`,
    `SELECT * FROM eval('SELECT 1') SETTINGS allow_experimental_eval_table_function = 1`,
    `SELECT * FROM url('http://127.0.0.1:1/x', 'LineAsString')`,
    `SELECT * FROM s3('http://127.0.0.1:1/bucket/x', 'LineAsString')`,
    `SELECT * FROM remote('127.0.0.1', system.one)`,
    `SELECT * FROM cluster('default', system.one)`,
    `SELECT * FROM mysql('127.0.0.1:1', 'a', 'b', 'c', 'd')`,
    `SELECT * FROM postgresql('127.0.0.1:1', 'a', 'b', 'c', 'd')`,
    `SELECT * FROM sqlite('${file}', 'a')`,
    `SELECT * FROM hdfs('hdfs://127.0.0.1:1/x', 'LineAsString')`,
    `SELECT * FROM mongodb('127.0.0.1:1', 'a', 'b', 'c', 'd', 'e String')`,
    `SELECT * FROM executable('x.sh', 'LineAsString', 'a String')`,
    `SELECT * FROM input('a String')`,
    `SELECT * FROM icebergLocal('${outside}')`,
    `SELECT * FROM filesystem('${outside}')`,
    `SELECT catboostEvaluate('${file}', 1)`,
    `SELECT aiGenerate('x', 'y')`,
    `SELECT addressToLine(1)`,
    `SELECT 1 INTO OUTFILE '${target}'`,
    `SELECT 1 into/**/outfile '${target}' FORMAT CSV`,
    `SELECT 1 INTO OUTFILE '${target}' TRUNCATE`,
    `SHOW TABLES INTO OUTFILE '${target}'`,
    `SELECT 1; SELECT file('${file}')`,
    `SELECT 1;;DROP TABLE calibrant.kept`,
    `SELECT * FROM {t:Identifier}`,
    `SELECT * FROM {d:Identifier}.{t:Identifier}`,
    `SELECT file({t:String})`,
    `INSERT INTO FUNCTION file('${target}', 'CSV', 'a UInt8') SELECT 1`,
    `INSERT INTO TABLE FUNCTION file('${target}', 'CSV', 'a UInt8') VALUES (1)`,
    `INSERT INTO FUNCTION url('http://127.0.0.1:1/', 'CSV', 'a UInt8') SELECT 1`,
    `INSERT INTO default.\`${target}\` SELECT 1`,
    `CREATE TABLE calibrant.f (a String) ENGINE = File(CSV, '${file}')`,
    `CREATE TABLE calibrant.f (a String) ENGINE = File`,
    `CREATE TABLE calibrant.f (a String) ENGINE = URL('http://127.0.0.1:1/', 'CSV')`,
    `CREATE TABLE calibrant.f AS file('${file}')`,
    `CREATE TABLE calibrant.f ENGINE = Memory AS SELECT * FROM file('${file}', 'LineAsString')`,
    `CREATE TABLE calibrant.f (a UInt8, b String DEFAULT file('${file}')) ENGINE = Memory`,
    `CREATE TABLE calibrant.f (a UInt8) ENGINE = MergeTree ORDER BY a SETTINGS disk = disk(type = local, path = '${outside}/')`,
    `CREATE VIEW calibrant.f AS SELECT file('${file}')`,
    `CREATE FUNCTION readit AS (x) -> file(x)`,
    `CREATE DATABASE f ENGINE = Filesystem('${outside}')`,
    `CREATE DATABASE f ENGINE = SQLite('${file}')`,
    `CREATE DICTIONARY calibrant.f (a UInt64) PRIMARY KEY a SOURCE(FILE(path '${file}' format 'CSV')) LAYOUT(FLAT()) LIFETIME(0)`,
    `CREATE USER intruder`,
    `CREATE NAMED COLLECTION f AS a = 1`,
    `ALTER TABLE calibrant.kept ADD COLUMN b String DEFAULT file('${file}')`,
    `ATTACH TABLE calibrant.f FROM '${outside}' (a UInt8) ENGINE = Memory`,
    `BACKUP DATABASE calibrant TO File('${target}')`,
    `RESTORE DATABASE calibrant FROM File('${file}')`,
    `COPY calibrant.kept TO '${target}'`,
    `SYSTEM SHUTDOWN`,
    `SYSTEM STOP MERGES`,
    `KILL QUERY WHERE 1`,
    `SET readonly = 0`,
    `SET param_a = 1`,
    `USE system`,
    `EXECUTE AS intruder SELECT 1`,
    `GRANT ALL ON *.* TO default`,
  ];
};

/** What a reader may not do, beyond that. */
const writing = [
  "INSERT INTO calibrant.kept VALUES (2)",
  "INSERT INTO calibrant.kept SELECT 2",
  "INSERT INTO calibrant.kept FORMAT CSV\n2",
  "/* SELECT */ INSERT INTO calibrant.kept VALUES (2)",
  "WITH 2 AS a INSERT INTO calibrant.kept SELECT a",
  "CREATE TABLE calibrant.f (a UInt8) ENGINE = Memory",
  "CREATE TEMPORARY TABLE f (a UInt8)",
  "CREATE OR REPLACE VIEW calibrant.f AS SELECT 1",
  "ALTER TABLE calibrant.kept DELETE WHERE 1",
  "DELETE FROM calibrant.kept WHERE 1",
  "TRUNCATE TABLE calibrant.kept",
  "DROP TABLE calibrant.kept",
  "DROP DATABASE calibrant",
  "DETACH TABLE calibrant.kept",
  "RENAME TABLE calibrant.kept TO calibrant.gone",
  "OPTIMIZE TABLE calibrant.kept FINAL",
  "EXPLAIN ANALYZE INSERT INTO calibrant.kept SELECT 2",
  "SELECT 1 SETTINGS readonly = 0",
  "SELECT 1 SETTINGS max_memory_usage = 0",
  "SELECT * FROM (SELECT 1 SETTINGS readonly = 0)",
  "SELECT * FROM (SELECT 1 SETTINGS `max_memory_usage` = 0)",
  "WITH x AS (SELECT 1 settings/**/max_threads=1) SELECT * FROM x",
  "SELECT (SELECT 1 SETTINGS max_execution_time = 0)",
  "SELECT 1 FORMAT CSV SETTINGS max_execution_time = 0",
  "SELECT 1 FORMAT Protobuf SETTINGS output_format_schema = 'x'",
];

async function keptRows(): Promise<string> {
  return (await asReader(store, "SELECT sum(a), count() FROM calibrant.kept")).text;
}

/** The attacks that were answered with anything but a refusal. */
async function unrefused(
  send: (store: TestStore, sql: string, path?: string) => ReturnType<typeof asReader>,
  attacks: readonly string[],
): Promise<string[]> {
  const answered: string[] = [];
  const values = `/?param_t=${encodeURIComponent(secretFile)}&param_d=default`;
  for (const attack of attacks) {
    const answer = await send(store, attack, attack.includes("{") ? values : "/");
    const isRefused = answer.status >= 400 || answer.text === "0\n";
    if (!isRefused || answer.text.includes(secret)) answered.push(`${attack} -> ${answer.text}`);
  }
  expect(existsSync(path.join(outside, "written.csv"))).toBe(false);
  expect(await keptRows()).toBe("1\t1\n");
  return answered;
}

describe("statements from outside", () => {
  it("keeps readers from files, the network and other SQL", async () => {
    const attacks = reaching();
    expect(attacks.length).toBeGreaterThan(80);
    expect(await unrefused(asReader, attacks)).toEqual([]);
  });

  it("keeps the writer from them, too", async () => {
    expect(await unrefused(asWriter, reaching())).toEqual([]);
  });

  it("keeps readers from changing anything, also by settings", async () => {
    expect(await unrefused(asReader, writing)).toEqual([]);
  });

  it("refuses settings in the URL that open a file or lift a limit", async () => {
    const settings = [
      "format_schema=/etc/passwd:X",
      "output_format_schema=x",
      "dialect=kusto",
      "allow_introspection_functions=1",
      "allow_experimental_eval_table_function=1",
      "max_query_size=1",
      "profile=default",
    ];
    for (const setting of settings) {
      expect([setting, (await asReader(store, "SELECT 1", `/?${setting}`)).text]).toEqual([
        setting,
        expect.stringMatching(/^Code: (?:164|115)\./),
      ]);
    }
  });

  it("finds a reaching function however it is written", async () => {
    const blank = fc
      .array(fc.constantFrom(" ", "\n", "\t", "/* file */", "-- it's\n", "/*'*/", '# "\n'), {
        maxLength: 3,
      })
      .map((parts) => parts.join(""));
    const letters = fc
      .tuple(
        ...["f", "i", "l", "e"].map((c) =>
          fc.constantFrom(c, c.toUpperCase(), `\\x${c.charCodeAt(0).toString(16)}`),
        ),
      )
      .map((parts) => parts.join(""));
    const name = fc
      .tuple(fc.constantFrom("", "`", '"'), letters)
      .map(([quote, text]) => (quote === "" ? "file" : `${quote}${text}${quote}`));
    const around = fc.constantFrom<(call: string) => string>(
      (call) => `SELECT ${call}`,
      (call) => `SELECT 'it''s', "x'" FROM (SELECT 1 AS "x'", ${call} AS y)`,
      (call) => `SELECT 'a\\\\', ${call}`,
      (call) => `SELECT $a$ ' $a$, ${call}, 'b'`,
      (call) => `SELECT if(1, ${call}, '')`,
      (call) => `WITH x AS (SELECT ${call} AS y) SELECT * FROM x`,
    );
    await fc.assert(
      fc.asyncProperty(name, blank, around, async (called, gap, wrap) => {
        const answer = await asReader(store, wrap(`${called}${gap}('${secretFile}')`));
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.text).not.toContain(secret);
      }),
      { numRuns: 150 },
    );
  });

  it("answers hostile text with an error and goes on", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 60 }), async (text) => {
        const answer = await asReader(store, `SELECT ${text}`);
        expect([200, 400, 404, 408, 413, 500, 501]).toContain(answer.status);
        expect(answer.text).not.toContain(secret);
      }),
      { numRuns: 150 },
    );
    expect((await asReader(store, "SELECT 1")).text).toBe("1\n");
  });

  it("lets ordinary reading through", async () => {
    const fine = [
      "SELECT 'file(1) INTO OUTFILE default.x' AS `file`",
      "WITH file AS (SELECT 1 AS url) SELECT url FROM file",
      "SELECT format('{}', 'x'), 1 AS settings, [1][1] AS format",
      "SELECT * FROM numbers(2) WHERE number IN (SELECT number FROM numbers(1))",
      "SELECT count() FROM calibrant.v_interactions",
      "SHOW TABLES FROM calibrant",
      "SHOW CREATE TABLE calibrant.kept",
      "DESCRIBE TABLE calibrant.kept",
      "EXISTS TABLE calibrant.kept",
      "EXPLAIN SELECT 1",
      "SELECT a FROM calibrant.kept PREWHERE a = 1 LIMIT 1 BY a",
      "SELECT quantilesTDigest(0.5)(a), arrayMap(x -> x + 1, [1]), (1, 'a').1 FROM calibrant.kept",
      "SELECT * FROM values('a String', 'x') FORMAT JSONCompact",
      "SELECT toStartOfInterval(now(), INTERVAL 1 MINUTE) - INTERVAL 1 DAY",
    ];
    for (const sql of fine) {
      const answer = await asReader(store, sql);
      expect([sql, answer.headers["x-clickhouse-exception-code"]]).toEqual([sql, undefined]);
    }
  });
});
