import { StoreException } from "./exception.js";
import type { StoreLimits } from "./child-messages.js";

/** Parameters of the HTTP interface that are no settings. Those with `true` change nothing here. */
export const interfaceParameters: ReadonlyMap<string, boolean> = new Map([
  ["query", false],
  ["database", false],
  ["default_format", false],
  ["user", false],
  ["password", false],
  ["query_id", false],
  ["client_protocol_version", false],
  ["enable_http_compression", false],
  ["http_zlib_compression_level", true],
  ["wait_end_of_query", true],
  ["buffer_size", true],
  ["quota_key", true],
  ["send_progress_in_http_headers", true],
  ["http_headers_progress_interval_ms", true],
  ["http_response_buffer_size", true],
  ["stacktrace", true],
  ["close_session", true],
]);

/** Settings that say nothing to an engine with one process and one disk, or that always hold here. */
const ignored = new Set([
  "add_http_cors_header",
  "cancel_http_readonly_queries_on_client_close",
  "log_comment",
  "log_queries",
  "max_insert_threads",
  "prefer_localhost_replica",
  "readonly",
  "skip_unavailable_shards",
  "use_query_cache",
]);

/** What a reader without a password may set. */
const readerSettings =
  /^(?:limit|offset|extremes|final|join_use_nulls|max_threads|max_block_size|max_execution_time|max_memory_usage|max_result_rows|max_result_bytes|max_rows_to_read|max_bytes_to_read|result_overflow_mode|read_overflow_mode|timeout_overflow_mode|session_timezone|date_time_output_format|output_format_(?:json|csv|tsv|native|arrow|parquet|pretty|decimal)\w*)$/;

/** Settings that name files, change the language of the text, or undo what protects the process. */
const refusedToAll =
  /^(?:dialect|format_schema\w*|output_format_schema|allow_introspection_functions|allow_experimental_eval_table_function|\w*_config|custom_settings_prefixes|profile|limits|sql_\w+)$/;

const bounded: Readonly<Record<string, (limits: StoreLimits) => number>> = {
  max_memory_usage: ({ queryMemory }) => queryMemory,
  max_result_bytes: ({ result }) => result,
  max_execution_time: ({ queryTime }) => queryTime / 1_000,
  max_threads: () => 64,
};

/**
 * The settings of a request that the engine is to use.
 * A value over a limit of the store becomes the limit.
 * @throws StoreException 115 for a name that the engine does not know, 164 for one that this user
 * may not set
 */
export function checkSettings(
  given: ReadonlyMap<string, string>,
  role: "reader" | "writer",
  known: ReadonlySet<string>,
  limits: StoreLimits,
): Map<string, string> {
  const wanted = new Map<string, string>();
  for (const [name, value] of given) {
    if (!known.has(name)) {
      throw new StoreException(115, "UNKNOWN_SETTING", `Unknown setting '${name}'`);
    }
    if (ignored.has(name)) continue;
    if (refusedToAll.test(name) || (role === "reader" && !readerSettings.test(name))) {
      throw new StoreException(164, "READONLY", `Cannot modify '${name}' setting here`);
    }
    const bound = bounded[name]?.(limits);
    // Zero stands for "no limit" in ClickHouse: here it stays the limit that holds anyway.
    if (bound !== undefined && Number(value) === 0) continue;
    if (bound !== undefined && !(Number(value) <= bound)) {
      wanted.set(name, String(bound));
    } else {
      wanted.set(name, value);
    }
  }
  return wanted;
}
