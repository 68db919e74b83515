import { startedWithin } from "./filters.js";

/** Which lines of the ledger to read, and what of them. */
export interface LedgerLines {
  /** SQL conditions on the columns of `v_ledger`, joined with AND. */
  readonly where?: readonly string[];
  /** Columns of the interaction to carry along. */
  readonly columns?: readonly string[];
  /** Columns of the newest line, or `expression AS name`. */
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
 * What a line is about: an interaction, or a conversation, which is judged again each time it rests
 * and then names the interaction that was its last turn.
 */
const judged = "if(subject = 'conversation', conversation, interaction_id)";

/**
 * The newest line for each interaction (or conversation) and evaluator: what was scored again counts
 * once. Columns: `evaluator`, then `columns` and `values`, all of the newest line. Keys are hashed,
 * and conversations may be: there are millions, and their ids are long.
 */
export function newestLines(options: LedgerLines): string {
  const { columns = [], values = ["outcome", "score", "probability"] } = options;
  const parts = [...columns, ...values].map((value) => value.split(" AS "));
  const read = parts.map(([expression]) => expression).join(", ");
  const taken = parts.map((part, index) => `newest.${index + 1} AS ${part.at(-1)}`).join(", ");
  return `SELECT evaluator, ${taken}
FROM (
  SELECT evaluator, argMax(tuple(${read}), evaluated_at) AS newest
  FROM ${indented(ledgerLines(options), 2)}
  GROUP BY evaluator, sipHash128(service_name, ${judged})
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
