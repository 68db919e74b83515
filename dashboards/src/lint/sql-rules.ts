import { backendMacroNames, frontendMacroNames } from "../macros.js";
import { unquotedReferences, variablesIn } from "../variables.js";
import type { Report } from "./finding.js";

/** What a query is written for. */
export type QueryUse = "panel" | "variable" | "annotation" | "alert";

/** What can be seen of a query in its text. */
export function checkSql(
  sql: string,
  use: QueryUse,
  variables: ReadonlySet<string>,
  report: Report,
): void {
  const macros = [...sql.matchAll(/\$\{?__(\w+)/g)].map(([, name = ""]) => name);
  for (const name of new Set(macros)) {
    const isFrontend = frontendMacroNames.includes(name);
    report.expect(
      isFrontend || backendMacroNames.includes(name),
      `$__${name} is not a macro of the data source`,
    );
    report.expect(
      use !== "alert" || !isFrontend,
      `$__${name} is expanded in the browser only and breaks an alert rule`,
    );
  }
  checkReferences(sql, use, variables, report);
  report.expect(
    /\$__(?:timeFilter|fromTime)/.test(sql),
    "the query is not limited to the range in time",
  );
  for (const table of tablesRead(sql)) {
    report.expect(/^calibrant\.v_\w+$/.test(table), `it reads ${table}, which is not a view v_*`);
  }
}

function checkReferences(
  sql: string,
  use: QueryUse,
  variables: ReadonlySet<string>,
  report: Report,
): void {
  for (const name of variablesIn(sql)) {
    report.expect(use !== "alert", `the variable ${name} does not exist in an alert rule`);
    report.expect(variables.has(name), `there is no variable ${name}`);
  }
  // The second argument of the macro names a variable and is not put into the query.
  const inserted = sql.replaceAll(/,\s*\$\{?\w+\}?\s*\)/g, ")");
  for (const reference of unquotedReferences(inserted)) {
    report.expect(false, `${reference} is not escaped: write it as \${name:singlequote}`);
  }
}

/** Names after FROM, JOIN and IN, without those that the query itself gives to subqueries. */
function tablesRead(sql: string): readonly string[] {
  const own = new Set([...sql.matchAll(/(\w+)\s+AS\s*\(/gi)].map(([, name]) => name));
  const named = [...sql.matchAll(/\b(?:FROM|JOIN|IN)\s+([A-Za-z_`"][\w.`"]*)/g)]
    .map(([, name = ""]) => name.replaceAll(/[`"]/g, ""))
    .filter((name) => !own.has(name));
  return [...new Set(named)];
}
