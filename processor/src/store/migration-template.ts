import { CalibrantError } from "../kernel/errors.js";
import { identifier } from "./client.js";

export interface SchemaOptions {
  /** Empty for one server: plain MergeTree tables. Otherwise replicated tables on that cluster. */
  readonly cluster: string;
  /** Days to keep raw spans and logs. */
  readonly rawDays: number;
  /** Days to keep everything of our own. */
  readonly ownDays: number;
}

/**
 * Fills the placeholders of a migration: `{{on_cluster}}`, `{{raw_days}}`, `{{own_days}}`,
 * `{{durable}}`, `{{compact}}` and the engines `{{merge_tree:TABLE}}`, `{{aggregating_merge_tree:TABLE}}`,
 * `{{replacing_merge_tree:TABLE:VERSION}}`.
 */
export function fillTemplate(text: string, options: SchemaOptions): string {
  return text.replace(/\{\{([^{}]*)\}\}/g, (whole, placeholder: string) => {
    const [name = "", table = "", version = ""] = placeholder.split(":");
    const filled = fill(name, table, version, options);
    if (filled === undefined) {
      throw new CalibrantError(
        "STORE_MIGRATION",
        `a migration has the unknown placeholder ${whole}`,
      );
    }
    return filled;
  });
}

function fill(
  name: string,
  table: string,
  version: string,
  { cluster, rawDays, ownDays }: SchemaOptions,
): string | undefined {
  switch (name) {
    case "on_cluster":
      return cluster === "" ? "" : `ON CLUSTER ${identifier(cluster)}`;
    case "raw_days":
      return String(rawDays);
    case "own_days":
      return String(ownDays);
    case "durable":
      return `${window(cluster)} = 10000, fsync_after_insert = 1, fsync_part_directory = 1`;
    case "compact":
      return `min_bytes_for_wide_part = ${compactPart}`;
    case "merge_tree":
      return engine("MergeTree", cluster, table);
    case "aggregating_merge_tree":
      return engine("AggregatingMergeTree", cluster, table);
    case "replacing_merge_tree":
      return engine("ReplacingMergeTree", cluster, table, version);
    default:
      return undefined;
  }
}

/**
 * A part below this size keeps all columns in one file. An insert of 16 MB would otherwise make and
 * sync some eighty files, which costs a fifth of its CPU time; what grows is merged into wide parts.
 */
const compactPart = 128 * 1024 ** 2;

/** How many inserts back a token is remembered. */
function window(cluster: string): string {
  return cluster === "" ? "non_replicated_deduplication_window" : "replicated_deduplication_window";
}

function engine(name: string, cluster: string, table: string, version = ""): string {
  const columns = version === "" ? [] : [version];
  const place =
    cluster === "" ? [] : [`'/clickhouse/tables/{shard}/calibrant/${table}'`, "'{replica}'"];
  return `${cluster === "" ? "" : "Replicated"}${name}(${[...place, ...columns].join(", ")})`;
}

/**
 * The statements of a migration. A semicolon at the end of a line ends one; lines of comment fall
 * away.
 */
export function statementsOf(sql: string): string[] {
  return sql
    .replace(/^\s*--.*$/gm, "")
    .split(/;[ \t]*(?:\r?\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "");
}
