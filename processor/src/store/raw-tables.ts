import { CalibrantError } from "../kernel/errors.js";
import type { StoreClient } from "./client.js";

/** What a column may be so that it can be written and read; `type` is the one to create it with. */
interface Form {
  readonly type: string;
  readonly fits: RegExp;
}

const text: Form = { type: "String", fits: /^(?:String|Enum\d+)$/ };
const number: Form = { type: "UInt8", fits: /^U?Int\d+$/ };
const nanoseconds: Form = { type: "UInt64", fits: /^U?Int64$/ };
const time: Form = { type: "DateTime64(9)", fits: /^DateTime64\(9(?:, '[^']*')?\)$/ };
const map: Form = {
  type: "Map(LowCardinality(String), String)",
  fits: /^Map\(String, String\)$/,
};
const listOf = ({ type, fits }: Form): Form => ({
  type: `Array(${type})`,
  fits: new RegExp(`^Array\\(${fits.source.slice(1, -1)}\\)$`),
});

/** The columns that ingest writes, which are those that it and the walks read. */
const tables: Readonly<Record<string, Readonly<Record<string, Form>>>> = {
  otel_traces: {
    Timestamp: time,
    TraceId: text,
    SpanId: text,
    ParentSpanId: text,
    TraceState: text,
    SpanName: text,
    SpanKind: text,
    ServiceName: text,
    ResourceAttributes: map,
    ScopeName: text,
    ScopeVersion: text,
    SpanAttributes: map,
    Duration: nanoseconds,
    StatusCode: text,
    StatusMessage: text,
    "Events.Timestamp": listOf(time),
    "Events.Name": listOf(text),
    "Events.Attributes": listOf(map),
    "Links.TraceId": listOf(text),
    "Links.SpanId": listOf(text),
    "Links.TraceState": listOf(text),
    "Links.Attributes": listOf(map),
  },
  otel_logs: {
    Timestamp: time,
    TraceId: text,
    SpanId: text,
    TraceFlags: number,
    SeverityText: text,
    SeverityNumber: number,
    ServiceName: text,
    Body: text,
    ResourceSchemaUrl: text,
    ResourceAttributes: map,
    ScopeSchemaUrl: text,
    ScopeName: text,
    ScopeVersion: text,
    ScopeAttributes: map,
    LogAttributes: map,
    EventName: text,
  },
};

/** Columns that are written and never read, or that reading does without. */
const onlyWritten: ReadonlySet<string> = new Set([
  "otel_traces.TraceState",
  "otel_traces.ScopeName",
  "otel_traces.ScopeVersion",
  "otel_traces.Links.TraceId",
  "otel_traces.Links.SpanId",
  "otel_traces.Links.TraceState",
  "otel_traces.Links.Attributes",
  "otel_logs.TraceFlags",
  "otel_logs.SeverityText",
  "otel_logs.SeverityNumber",
  "otel_logs.ResourceSchemaUrl",
  "otel_logs.ScopeSchemaUrl",
  "otel_logs.ScopeName",
  "otel_logs.ScopeVersion",
  "otel_logs.ScopeAttributes",
  "otel_logs.EventName",
]);

/** What is done with the raw tables: a Collector's are only read where it fills them. */
export type RawTableUse = "written" | "read";

interface DescribedColumn {
  readonly name: string;
  readonly type: string;
  readonly default_kind: string;
}

interface ExistingTable {
  readonly name: string;
  readonly engine: string;
  readonly engine_full: string;
  readonly usual_window: string;
}

/**
 * Looks at the raw tables that are there already, which may be those of a Collector of any age:
 * `LowCardinality` or not, additional columns and a look-up table in its older form are respected.
 * Nothing of them is changed.
 * @throws CalibrantError STORE_MIGRATION (retryable, since somebody can mend it while the service
 * runs) with everything that is missing or does not fit, and the remedy
 */
export async function checkRawTables(
  client: StoreClient,
  use: RawTableUse = "written",
): Promise<void> {
  const existing = await client.query<ExistingTable>(
    "SELECT name, engine, engine_full, (SELECT value FROM system.merge_tree_settings WHERE name = 'non_replicated_deduplication_window') AS usual_window FROM system.tables WHERE database = 'otel' AND name IN ('otel_traces', 'otel_logs') ORDER BY name",
  );
  const faults: string[] = [];
  for (const table of existing) {
    const { name } = table;
    const columns = await client.query<DescribedColumn>(
      `SELECT name, type, default_kind FROM system.columns WHERE database = 'otel' AND table = '${name}'`,
    );
    faults.push(...faultsOf(name, columns, use), ...(use === "written" ? windowFault(table) : []));
  }
  if (faults.length === 0) return;
  throw new CalibrantError("STORE_MIGRATION", faults.join("; "), { retryable: true });
}

/** A plain MergeTree forgets the tokens of inserts unless it is told to keep them. */
function windowFault({ name, engine, engine_full, usual_window }: ExistingTable): string[] {
  const window =
    /non_replicated_deduplication_window = (\d+)/.exec(engine_full)?.[1] ?? usual_window;
  const plain = /^(?!Replicated|Shared)\w*MergeTree$/.test(engine);
  if (!plain || Number(window) > 0) return [];
  return [
    `table otel.${name} does not remember inserts, so that a retry would store rows twice: ALTER TABLE otel.${name} MODIFY SETTING non_replicated_deduplication_window = 10000`,
  ];
}

function faultsOf(table: string, columns: readonly DescribedColumn[], use: RawTableUse): string[] {
  const found = new Map(columns.map((column) => [column.name, column]));
  return Object.entries(tables[table] ?? {}).flatMap(([name, { type, fits }]) => {
    if (use === "read" && onlyWritten.has(`${table}.${name}`)) return [];
    const column = found.get(name);
    if (column === undefined) {
      return `table otel.${table} lacks the column ${name}: ALTER TABLE otel.${table} ADD COLUMN \`${name}\` ${type}`;
    }
    const isComputed = column.default_kind === "MATERIALIZED" || column.default_kind === "ALIAS";
    if (isComputed && use === "written") {
      return `column ${name} of table otel.${table} is ${column.default_kind} and cannot be written: ALTER TABLE otel.${table} MODIFY COLUMN \`${name}\` REMOVE ${column.default_kind}`;
    }
    if (fits.test(bare(column.type))) return [];
    const remedy = column.type.startsWith("JSON")
      ? `Calibrant needs maps: RENAME TABLE otel.${table} TO otel.${table}_json, and a table with maps is created`
      : `ALTER TABLE otel.${table} MODIFY COLUMN \`${name}\` ${type}`;
    return `column ${name} of table otel.${table} has the type ${column.type}, expected ${type}: ${remedy}`;
  });
}

/** The type without what changes only how it is stored. */
function bare(type: string): string {
  return type
    .replace(/LowCardinality\((\w+)\)/g, "$1")
    .replace(/^Nullable\((.*)\)$/, "$1")
    .replace(/^(Enum\d+)\(.*\)$/, "$1");
}
