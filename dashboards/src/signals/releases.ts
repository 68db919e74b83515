import { judgesOnly, ledgerLines } from "./ledger.js";

/** Releases, features and so on seen within the dashboard's range. */
const seenWithin = "last_seen >= $__fromTime AND first_seen <= $__toTime";

/** The choices of a variable: names, without the empty one that stands for "not said". */
export function choices(column: string, narrowing: readonly string[] = []): string {
  const conditions = [seenWithin, `${column} != ''`, ...narrowing];
  return `SELECT DISTINCT ${column}
FROM calibrant.v_releases
WHERE ${conditions.join("\n  AND ")}
ORDER BY ${column}
LIMIT 1000`;
}

/** Leaves the choices of one variable to those that go with the chosen services. */
export const ofChosenServices =
  "$__conditionalAll(service_name IN (${service:singlequote}), $service)";

/** Judges with a line in the ledger. */
export const judgeChoices = `SELECT evaluator
FROM ${ledgerLines({ range: "$__timeFilter(started_at)", where: [judgesOnly] })}
GROUP BY evaluator
ORDER BY evaluator
LIMIT 100`;

/** The first interaction of each release of a service. */
export const releaseStarts = `SELECT
  min(first_seen) AS time,
  'Release' AS title,
  concat(service_name, ' ', release) AS text,
  'release' AS tags
FROM calibrant.v_releases
WHERE release != ''
  AND ${ofChosenServices}
GROUP BY service_name, release
HAVING time >= $__fromTime AND time <= $__toTime
ORDER BY time
LIMIT 100`;
