export interface Column {
  readonly name: string;
  /** As ClickHouse writes it, such as `Nullable(Float64)`. */
  readonly type: string;
}

export type Cell = string | number | boolean | null;

export interface QueryResult {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Runs one statement that reads. */
export interface QueryRunner {
  /** @throws Error with what ClickHouse says about the statement */
  run(sql: string): Promise<QueryResult>;
}

/** What a column holds, as Grafana sees it. */
export type ColumnKind = "time" | "number" | "string" | "other";

const bare = (type: string): string =>
  type.replace(/^LowCardinality\((.*)\)$/, "$1").replace(/^Nullable\((.*)\)$/, "$1");

export function kindOf({ type }: Column): ColumnKind {
  const name = bare(type);
  if (name.startsWith("Date")) return "time";
  if (/^(?:U?Int(?:8|16|32|64)|Float(?:32|64)|Decimal.*)$/.test(name)) return "number";
  if (/^(?:String|FixedString.*|Enum.*)$/.test(name)) return "string";
  return "other";
}

/** A store's ClickHouse HTTP endpoint. */
export function httpRunner(
  url: string,
  credentials: { readonly user?: string; readonly password?: string } = {},
): QueryRunner {
  const endpoint = new URL(url);
  endpoint.searchParams.set("default_format", "JSONCompact");
  const { user = "default", password = "" } = credentials;
  const headers = { "X-ClickHouse-User": user, "X-ClickHouse-Key": password };
  return {
    async run(sql) {
      const response = await fetch(endpoint, { method: "POST", body: sql, headers });
      const text = await response.text();
      if (!response.ok || response.headers.has("x-clickhouse-exception-code")) {
        throw new Error(text.trim() || `the store answered with status ${response.status}`);
      }
      return readResult(text);
    },
  };
}

/** 64-bit integers come as strings, which keeps them exact; here they become numbers. */
function readResult(text: string): QueryResult {
  const body = JSON.parse(text) as { meta: Column[]; data: Cell[][] };
  const numeric = body.meta.map((column) => kindOf(column) === "number");
  const rows = body.data.map((row) =>
    row.map((cell, index) => (numeric[index] && typeof cell === "string" ? Number(cell) : cell)),
  );
  return { columns: body.meta, rows };
}
