import { MacroError } from "../macro-error.js";
import { expandMacros, type MacroContext } from "../macros.js";
import { kindOf, type Column, type QueryResult, type QueryRunner } from "../query-result.js";
import type { Report } from "./finding.js";
import type { QueryUse } from "./sql-rules.js";

export interface ExecuteOptions {
  readonly use: QueryUse;
  /** 0 time series, 1 table; as in the query's model. */
  readonly format: number;
  readonly context: MacroContext;
  /** Whether the data at hand must give a row. */
  readonly rowsRequired: boolean;
}

/** Explains, describes and runs a query; answers its result where it has one. */
export async function execute(
  sql: string,
  store: QueryRunner,
  { use, format, context, rowsRequired }: ExecuteOptions,
  report: Report,
): Promise<QueryResult | undefined> {
  try {
    const expanded = expandMacros(sql, context);
    await store.run(`EXPLAIN ${expanded}`);
    const described = await store.run(`DESCRIBE TABLE (${expanded})`);
    const columns = described.rows.map(([name, type]) => ({
      name: String(name),
      type: String(type),
    }));
    checkColumns(columns, use, format, report);
    const result = await store.run(expanded);
    report.expect(!rowsRequired || result.rows.length > 0, "the query gives no rows");
    checkRows(result, use, format, report);
    return result;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const failure = error instanceof MacroError ? "cannot be expanded" : "fails";
    report.expect(false, `the query ${failure}: ${error.message.slice(0, 400)}`);
    return undefined;
  }
}

function checkColumns(
  columns: readonly Column[],
  use: QueryUse,
  format: number,
  report: Report,
): void {
  const kinds = columns.map(kindOf);
  const count = (kind: string): number => kinds.filter((found) => found === kind).length;
  for (const { name, type } of columns.filter((column) => kindOf(column) === "other")) {
    report.expect(false, `Grafana cannot show the column ${name} of the type ${type}`);
  }
  if (use === "alert") {
    report.expect(count("number") === 1, `an alert has one number, not ${count("number")}`);
    report.expect(count("time") === 0, "an alert's query has no time");
  } else if (use === "variable") {
    report.expect(columns.length <= 2, "a variable's query has one or two columns");
    report.expect(count("string") > 0, "a variable's query has no text");
  } else if (use === "annotation") {
    const typeOf = new Map(columns.map((column) => [column.name, kindOf(column)]));
    report.expect(
      typeOf.get("time") === "time" && typeOf.get("text") === "string",
      "an annotation needs the columns time and text",
    );
  } else if (format === 0) {
    report.expect(kinds[0] === "time" && count("time") === 1, "the first column is not the time");
    report.expect(count("number") > 0, "a time series needs a number");
  }
}

function checkRows(
  { columns, rows }: QueryResult,
  use: QueryUse,
  format: number,
  report: Report,
): void {
  const strings = columns.flatMap((column, index) => (kindOf(column) === "string" ? [index] : []));
  const labels = rows.map((row) => JSON.stringify(strings.map((index) => row[index])));
  if (use === "alert") {
    report.expect(new Set(labels).size === labels.length, "two rows have the same labels");
  }
  if (use === "panel" && format === 0) {
    const times = rows.map((row) => String(row[0]));
    report.expect(
      times.every((time, index) => index === 0 || (times[index - 1] ?? "") <= time),
      "the rows are not in the order of time",
    );
  }
  if (use === "panel") {
    const numeric = columns.filter((column) => kindOf(column) === "number");
    const plain = numeric.filter(({ type }) => !type.startsWith("Nullable"));
    for (const { name } of plain) {
      const index = columns.findIndex((column) => column.name === name);
      report.expect(
        rows.every((row) => row[index] !== null),
        `the column ${name} is not a number somewhere`,
      );
    }
  }
}
