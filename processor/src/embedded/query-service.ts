import { randomUUID } from "node:crypto";
import { writeFile, rm } from "node:fs/promises";
import path from "node:path";
import type { StoreLimits } from "./child-messages.js";
import type { Engine } from "./engine.js";
import { StoreException, toStoreException } from "./exception.js";
import type { Role } from "./http-access.js";
import { checkValues, type InsertStatement } from "./insert-statement.js";
import { Recent } from "./recent.js";
import { quoteName, quoteText, SessionLane } from "./session-lane.js";
import { checkSettings } from "./settings-rules.js";
import { judge } from "./statement-gate.js";

/** The database that a session starts in. The engine's `default` shows files as tables. */
const homeDatabase = "calibrant";

export interface StoreRequest {
  readonly role: Role;
  /** True for requests that must not change anything, such as GET. */
  readonly readOnly: boolean;
  readonly database: string;
  readonly format: string;
  readonly settings: ReadonlyMap<string, string>;
  readonly parameters: ReadonlyMap<string, string>;
}

export interface StoreAnswer {
  readonly bytes: Uint8Array;
  readonly format: string;
  readonly rowsRead: number;
  readonly bytesRead: number;
  /** Seconds. */
  readonly elapsed: number;
}

export interface QueryServiceOptions {
  readonly engine: Engine;
  readonly incomingDirectory: string;
  readonly limits: StoreLimits;
}

/** Judges statements and runs them on the sessions that fit. */
export class QueryService {
  readonly engineVersion: string;
  readonly #incoming: string;
  readonly #limits: StoreLimits;
  readonly #tableFunctions: ReadonlySet<string>;
  readonly #knownSettings: ReadonlySet<string>;
  readonly #gate: SessionLane;
  readonly #understood = new Recent<string>(500);
  readonly #reads: SessionLane;
  readonly #writes: SessionLane;
  readonly #inserts: SessionLane;

  constructor({ engine, incomingDirectory, limits }: QueryServiceOptions) {
    const first = engine.open();
    const names = (sql: string): string[] => first.query(sql, "TSVRaw").trim().split("\n");
    first.query(`CREATE DATABASE IF NOT EXISTS ${homeDatabase} ENGINE = Atomic`);
    this.engineVersion = names("SELECT version()")[0] ?? "";
    this.#tableFunctions = new Set(names("SELECT lower(name) FROM system.table_functions"));
    this.#knownSettings = new Set(names("SELECT name FROM system.settings"));
    first.close();

    this.#incoming = incomingDirectory;
    this.#limits = limits;
    const base = baseSettings(limits);
    this.#gate = new SessionLane(engine, base, 1);
    this.#reads = new SessionLane(engine, base, 4);
    this.#writes = new SessionLane(engine, base, 2);
    this.#inserts = new SessionLane(engine, new Map([...base, ...insertBase]), 1);
  }

  /** Runs one statement. @throws StoreException */
  async run(sql: string, request: StoreRequest): Promise<StoreAnswer> {
    const wanted = checkSettings(request.settings, request.role, this.#knownSettings, this.#limits);
    const statement = judge(await this.#formatted(sql), request.parameters, {
      tableFunctions: this.#tableFunctions,
    });
    const mayWrite = request.role === "writer" && !request.readOnly;
    if (statement.kind === "write" && !mayWrite) {
      throw new StoreException(164, "READONLY", "Cannot execute query in readonly mode");
    }
    // The engine refuses a reader's settings in the query itself, but not those in a subquery.
    if (statement.hasSettings && request.role === "reader") {
      throw new StoreException(164, "READONLY", "SETTINGS in a query are not available here");
    }
    // A statement that sets something for itself cannot run on a read-only session: the writer may.
    const readOnly = !mayWrite || (statement.kind === "read" && !statement.hasSettings);
    const lane = statement.kind === "read" ? this.#reads : this.#writes;
    const answer = await this.#onLane(lane, sql, wanted, readOnly, request);
    return { ...answer, format: statement.format ?? request.format };
  }

  /** Inserts the rows of a file, which it removes. @throws StoreException */
  async insertFile(
    insert: InsertStatement,
    file: string,
    request: StoreRequest,
  ): Promise<StoreAnswer> {
    try {
      if (request.role !== "writer" || request.readOnly) {
        throw new StoreException(164, "READONLY", "Cannot execute query in readonly mode");
      }
      if (insert.table[0]?.toLowerCase() === "default") {
        throw new StoreException(164, "READONLY", "The database `default` is not available here");
      }
      const given = new Map([...request.settings, ...insert.settings]);
      const wanted = checkSettings(given, request.role, this.#knownSettings, this.#limits);
      return await this.#onLane(this.#inserts, insertSql(insert, file, wanted), new Map(), false, {
        ...request,
        parameters: new Map(),
      });
    } finally {
      await rm(file, { force: true });
    }
  }

  async insertBytes(
    insert: InsertStatement,
    data: Uint8Array,
    request: StoreRequest,
  ): Promise<StoreAnswer> {
    if (insert.format === "Values") checkValues(Buffer.from(data).toString("latin1"));
    const file = this.newFile();
    await writeFile(file, data, { flag: "wx", mode: 0o600 });
    return await this.insertFile(insert, file, request);
  }

  /** A name for a body that waits for its insert. */
  newFile(): string {
    return path.join(this.#incoming, randomUUID());
  }

  close(): void {
    for (const lane of [this.#gate, this.#reads, this.#writes, this.#inserts]) lane.close();
  }

  /** The statement as the engine's own parser understood it. */
  async #formatted(sql: string): Promise<string> {
    const known = this.#understood.get(sql);
    if (known !== undefined) return known;
    try {
      const result = await this.#gate.run(
        { readOnly: true, database: homeDatabase, settings: new Map() },
        {
          sql: `SELECT formatQuerySingleLine(${quoteText(sql)})`,
          format: "TSVRaw",
          parameters: new Map(),
        },
      );
      const formatted = result.text();
      if (sql.length <= longestKept) this.#understood.set(sql, formatted);
      return formatted;
    } catch (error) {
      throw toStoreException(error);
    }
  }

  async #onLane(
    lane: SessionLane,
    sql: string,
    settings: ReadonlyMap<string, string>,
    readOnly: boolean,
    request: StoreRequest,
  ): Promise<StoreAnswer> {
    try {
      const { database, format, parameters } = request;
      const result = await lane.run(
        { readOnly, settings, database: database === "default" ? homeDatabase : database },
        { sql, format, parameters },
      );
      const { rowsRead, bytesRead, elapsed } = result;
      const bytes = result.bytes();
      // The engine counts the rows of an answer as it holds them, which is less than their text.
      if (bytes.byteLength > this.#limits.result * 4) {
        throw new StoreException(396, "TOO_MANY_ROWS_OR_BYTES", "Limit for result exceeded");
      }
      return { bytes, format, rowsRead, bytesRead, elapsed };
    } catch (error) {
      throw toStoreException(error);
    }
  }
}

const longestKept = 32_768;

function baseSettings(limits: StoreLimits): Map<string, string> {
  return new Map([
    ["session_timezone", "UTC"],
    ["implicit_select", "0"],
    ["allow_introspection_functions", "0"],
    ["output_format_json_quote_64bit_integers", "0"],
    ["max_query_size", String(16 * 1024 ** 2)],
    ["max_memory_usage", String(limits.queryMemory)],
    ["max_execution_time", String(limits.queryTime / 1_000)],
    ["max_result_bytes", String(limits.result)],
    ["result_overflow_mode", "throw"],
  ]);
}

/**
 * Small blocks are put together to this size, which bounds both the number of parts and the
 * memory. One thread: the pieces of a large insert get the token plus their number, so their order
 * and their bounds have to be the same every time.
 */
const insertBase = new Map([
  ["async_insert", "0"],
  ["max_threads", "1"],
  ["max_insert_threads", "1"],
  ["max_block_size", "10000"],
  ["max_insert_block_size", "100000"],
  ["min_insert_block_size_rows", "100000"],
  ["min_insert_block_size_bytes", String(32 * 1024 ** 2)],
]);

function insertSql(
  insert: InsertStatement,
  file: string,
  settings: ReadonlyMap<string, string>,
): string {
  const table = insert.table.map(quoteName).join(".");
  const columns =
    insert.columns.length === 0 ? "" : `(${insert.columns.map(quoteName).join(", ")})`;
  const list = [...settings].map(([name, value]) => `${name} = ${quoteText(value)}`).join(", ");
  const clause = list === "" ? "" : `SETTINGS ${list}`;
  return `INSERT INTO ${table} ${columns} FROM INFILE ${quoteText(path.basename(file))} COMPRESSION 'none' ${clause} FORMAT ${insert.format}`;
}
