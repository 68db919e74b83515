import { Readable } from "node:stream";
import { ClickHouseLogLevel, createClient, type ClickHouseSettings } from "@clickhouse/client";
import { storeError } from "./store-error.js";

/** Values for `{name:Type}` in a statement. They travel apart from the SQL and are never spliced in. */
export type StoreParams = Readonly<Record<string, unknown>>;
export type StoreSettings = Readonly<Record<string, string | number>>;

export interface RawInsert {
  readonly table: string;
  /** Without it the format's own names decide, or the table's order where the format has none. */
  readonly columns?: readonly string[];
  readonly format: "Native" | "JSONEachRow";
  /** One piece behind the other. */
  readonly pieces: readonly Uint8Array[];
  readonly settings?: StoreSettings;
}

export interface InsertOptions {
  /** The same token stores the rows once. It must contain a hash of the rows. */
  readonly token?: string;
  readonly columns?: readonly string[];
}

/**
 * ClickHouse as the files of this room use it. Every method throws CalibrantError
 * STORE_UNAVAILABLE (retryable) or STORE_REFUSED.
 *
 * Times: the session's zone is UTC. Write a time as text (`storeTime`), read it as
 * `toUnixTimestamp64Milli(column)`.
 */
export interface StoreClient {
  /**
   * Rows as JSON gives them: 64-bit integers are *strings* (a number would lose digits), smaller
   * integers and floats are numbers, NaN and infinities are null, maps are objects.
   * The statement carries no FORMAT clause.
   */
  query<Row>(sql: string, params?: StoreParams, settings?: StoreSettings): Promise<Row[]>;
  /** One statement without a result. */
  command(sql: string, params?: StoreParams, settings?: StoreSettings): Promise<void>;
  /**
   * Objects whose keys are columns; an unknown key is refused. No rows, no call. Text with lone
   * surrogates is made well-formed, since one of them would fail the whole insert.
   */
  insert(table: string, rows: readonly object[], options?: InsertOptions): Promise<void>;
  /** The same for rows that are text already, as `jsonLine` makes it, one in a line. */
  insertLines(table: string, lines: Uint8Array, options?: InsertOptions): Promise<void>;
  /** Rows that are encoded already. */
  insertRaw(insert: RawInsert): Promise<void>;
  /** Answers when the store does and knows these credentials. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface StoreClientOptions {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** Milliseconds to wait for an answer. */
  readonly requestTimeout?: number;
  readonly connections?: number;
}

const sentAtOnce = 64 * 1024;

/** Spelled out since the server's defaults differ between versions and profiles. */
const sessionSettings: ClickHouseSettings = {
  session_timezone: "UTC",
  output_format_json_quote_64bit_integers: 1,
  output_format_json_quote_denormals: 0,
  output_format_json_named_tuples_as_objects: 1,
  wait_end_of_query: 1,
};

/** What every insert says, so that the same rows with the same token are stored once everywhere. */
export function insertSettings(token?: string): ClickHouseSettings {
  return {
    async_insert: 0,
    input_format_skip_unknown_fields: 0,
    // The same rows are cut into the same blocks, since each block has a token of its own.
    input_format_parallel_parsing: 0,
    max_insert_block_size: "1048576",
    min_insert_block_size_rows: "1048576",
    min_insert_block_size_bytes: "268435456",
    date_time_input_format: "best_effort",
    insert_deduplicate: token === undefined ? 0 : 1,
    ...(token === undefined
      ? {}
      : {
          insert_deduplication_token: token,
          deduplicate_blocks_in_dependent_materialized_views: 1,
          max_insert_threads: "1",
        }),
  };
}

export function createStoreClient(options: StoreClientOptions): StoreClient {
  const client = createClient({
    url: options.url,
    username: options.username,
    password: options.password,
    application: "calibrant",
    request_timeout: options.requestTimeout ?? 60_000,
    max_open_connections: options.connections ?? 8,
    // Below the keep-alive of every server that is known: 3 s before 23.11, 10 s and more since.
    keep_alive: { enabled: true, idle_socket_ttl: 1_500 },
    clickhouse_settings: sessionSettings,
    log: { level: ClickHouseLogLevel.OFF },
  });

  const insertRaw = ({ table, columns, format, pieces, settings }: RawInsert): Promise<void> =>
    guarded(`insert into ${table}`, async () => {
      const names = columns === undefined ? "" : ` (${columns.map(identifier).join(", ")})`;
      const { stream } = await client.exec({
        query: `INSERT INTO ${table}${names} FORMAT ${format}`,
        values: Readable.from(gathered(pieces)),
        clickhouse_settings: { ...insertSettings(), ...settings },
      });
      for await (const piece of stream) void piece;
    });

  const insertLines: StoreClient["insertLines"] = (table, lines, insertOptions = {}) =>
    insertRaw({
      table,
      format: "JSONEachRow",
      pieces: [lines],
      settings: insertSettings(insertOptions.token) as StoreSettings,
      ...(insertOptions.columns === undefined ? {} : { columns: insertOptions.columns }),
    });

  return {
    insertRaw,
    insertLines,
    query: <Row>(sql: string, params?: StoreParams, settings?: StoreSettings) =>
      guarded("query", async () => {
        const answer = await client.query({
          query: sql,
          format: "JSONEachRow",
          ...(params === undefined ? {} : { query_params: { ...params } }),
          ...(settings === undefined ? {} : { clickhouse_settings: settings }),
        });
        return await answer.json<Row>();
      }),
    command: (sql, params, settings) =>
      guarded("command", async () => {
        await client.command({
          query: sql,
          ...(params === undefined ? {} : { query_params: { ...params } }),
          ...(settings === undefined ? {} : { clickhouse_settings: settings }),
        });
      }),
    insert: async (table, rows, insertOptions = {}) => {
      if (rows.length === 0) return;
      await insertLines(table, Buffer.from(rows.map(jsonLine).join("\n")), insertOptions);
    },
    ping: () =>
      guarded("ping", async () => {
        const answer = await client.ping({ select: true });
        if (!answer.success) throw answer.error;
      }),
    close: () => client.close(),
  };
}

/** Small pieces joined: each piece that is sent has a cost of its own. */
function* gathered(pieces: readonly Uint8Array[]): Generator<Uint8Array> {
  let small: Uint8Array[] = [];
  let size = 0;
  for (const piece of pieces) {
    small.push(piece);
    size += piece.length;
    if (size < sentAtOnce) continue;
    yield small.length === 1 ? piece : Buffer.concat(small);
    [small, size] = [[], 0];
  }
  if (size > 0) yield Buffer.concat(small);
}

/** A name as ClickHouse quotes it. */
export function identifier(name: string): string {
  return `\`${name.replaceAll("\\", "\\\\").replaceAll("`", "\\`")}\``;
}

/** `YYYY-MM-DD HH:MM:SS.mmm` in UTC, as DateTime64(3) columns take it. */
export function storeTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("T", " ").slice(0, -1);
}

async function guarded<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storeError(doing, error);
  }
}

/** A row as JSONEachRow takes it. */
export function jsonLine(row: object): string {
  const line = JSON.stringify(row);
  // A lone surrogate is written as an escape. Looking for one is cheaper than a look at each text.
  return line.includes("\\ud") ? JSON.stringify(row, wellFormed) : line;
}

function wellFormed(_key: string, value: unknown): unknown {
  return typeof value === "string" ? value.replace(/\p{Surrogate}/gu, "\uFFFD") : value;
}
