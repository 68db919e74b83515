import { startedWithin } from "./filters.js";

/** Which lines of the ledger to read, and what of them. */
export interface LedgerLines {
  /** SQL conditions on the columns of `v_ledger`, joined with AND. */
  readonly where?: readonly string[];
  /** Columns of the interaction to carry along. */
  readonly columns?: readonly string[];
  /** Columns of the newest line. */
  readonly values?: readonly string[];
  /** The range and the choices; an alert rule has a range only. */
  readonly range?: string;
}

/**
 * An interaction is judged after it began; clocks of applications may run ahead of ours by an
 * hour. Spares the part of the ledger before the range.
 */
const evaluatedSince = "evaluated_at >= $__fromTime - INTERVAL 1 HOUR";

/** All lines within the range, those that a newer line replaces among them. */
export function ledgerLines({ where = [], range = startedWithin }: LedgerLines): string {
  return `calibrant.v_ledger
WHERE ${[range, evaluatedSince, ...where].join("\n  AND ")}`;
}

/**
 * The newest line for each interaction and evaluator: an interaction that was scored again counts
 * once. Columns: `interaction_id`, `evaluator`, then `columns` and `values`.
 */
export function newestLines(options: LedgerLines): string {
  const { columns = [], values = ["outcome", "score", "probability"] } = options;
  const keys = ["interaction_id", "evaluator", ...columns].join(", ");
  const taken = values.map((value, index) => `newest.${index + 1} AS ${value}`).join(", ");
  return `SELECT ${keys}, ${taken}
FROM (
  SELECT ${keys}, argMax(tuple(${values.join(", ")}), evaluated_at) AS newest
  FROM ${indented(ledgerLines(options), 2)}
  GROUP BY ${keys}
)`;
}

/** Only judges that a model answers for; checks in code are near 1 and would hide a fall. */
export const judgesOnly = "kind = 'llm'";

/** Only checks that run as code. */
export const checksOnly = "kind = 'code'";

/** Everything that watches users' traffic; canaries are traffic of our own. */
export const notCanaries = "kind IN ('llm', 'code')";

/** SQL to be put into other SQL: every line but the first moves to the right. */
export function indented(sql: string, spaces: number): string {
  return sql.replaceAll("\n", `\n${" ".repeat(spaces)}`);
}
