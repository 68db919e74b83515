import type { DashboardJson, PanelJson, TargetJson } from "../dashboard-json.js";
import type { MacroContext } from "../macros.js";
import type { QueryRunner } from "../query-result.js";
import type { VariableValue } from "../variables.js";
import { panelPlace } from "./dashboard-rules.js";
import { execute } from "./execute.js";
import type { Report } from "./finding.js";
import { checkSql } from "./sql-rules.js";

export interface Range {
  /** Milliseconds since the Unix epoch. */
  readonly from: number;
  readonly to: number;
}

const points = 60;

/** Runs every query of a dashboard: with all choices, and with one of each. */
export async function checkDashboardQueries(
  dashboard: DashboardJson,
  store: QueryRunner,
  range: Range,
  report: Report,
): Promise<void> {
  const names = new Set((dashboard.templating.list ?? []).map(({ name }) => name));
  const intervalSeconds = (range.to - range.from) / 1000 / points;
  const all: MacroContext = {
    ...range,
    intervalSeconds,
    variables: await choose(dashboard, store, range, names, report),
  };
  const one: MacroContext = { ...all, variables: firstOfEach(all.variables ?? new Map()) };

  for (const annotation of dashboard.annotations.list ?? []) {
    const place = report.at(`annotation ${annotation.name}`);
    const sql = annotation.target?.rawSql ?? "";
    checkSql(sql, "annotation", names, place);
    await execute(
      sql,
      store,
      { use: "annotation", format: 1, context: all, rowsRequired: true },
      place,
    );
  }
  for (const panel of dashboard.panels) {
    for (const target of panel.targets ?? []) {
      const place = report.at(panelPlace(panel));
      checkTarget(panel, target, place);
      checkSql(target.rawSql, "panel", names, place);
      const how = { use: "panel", format: target.format ?? 0 } as const;
      const result = await execute(
        target.rawSql,
        store,
        { ...how, context: all, rowsRequired: true },
        place,
      );
      await execute(
        target.rawSql,
        store,
        { ...how, context: one, rowsRequired: false },
        place.at("one choice of each variable"),
      );
      checkOverrides(
        panel,
        (result?.columns ?? []).map(({ name }) => name),
        place,
      );
    }
  }
}

/** Runs the variables' queries; each is then "All" of what there is. */
async function choose(
  dashboard: DashboardJson,
  store: QueryRunner,
  range: Range,
  names: ReadonlySet<string>,
  report: Report,
): Promise<ReadonlyMap<string, VariableValue>> {
  const chosen = new Map<string, VariableValue>();
  for (const variable of dashboard.templating.list ?? []) {
    if (variable.type !== "query") continue;
    const place = report.at(`variable ${variable.name}`);
    const sql = typeof variable.query === "object" ? (variable.query.rawSql ?? "") : "";
    checkSql(sql, "variable", names, place);
    const result = await execute(
      sql,
      store,
      {
        use: "variable",
        format: 1,
        context: { ...range, intervalSeconds: 60, variables: chosen },
        rowsRequired: true,
      },
      place,
    );
    const values = (result?.rows ?? []).map(([value]) => String(value));
    chosen.set(variable.name, { values, all: true });
  }
  return chosen;
}

function firstOfEach(
  variables: ReadonlyMap<string, VariableValue>,
): ReadonlyMap<string, VariableValue> {
  return new Map(
    [...variables].map(([name, { values }]) => [name, { values: values.slice(0, 1) }]),
  );
}

function checkTarget(panel: PanelJson, target: TargetJson, report: Report): void {
  report.expect(target.datasource?.uid === "${datasource}", "a query names its own data source");
  const expected = panel.type === "timeseries" ? 0 : 1;
  report.expect(target.format === expected, `the format of a ${panel.type} is ${expected}`);
  report.expect(
    target.queryType === (target.format === 0 ? "timeseries" : "table"),
    "queryType and format disagree",
  );
  report.expect(
    panel.type !== "table" || /\bLIMIT \d+/.test(target.rawSql),
    "a table's query has no LIMIT",
  );
}

/** An override for a column that does not exist does nothing and hides a slip. */
function checkOverrides(panel: PanelJson, columns: readonly string[], report: Report): void {
  for (const { matcher } of columns.length === 0 ? [] : (panel.fieldConfig?.overrides ?? [])) {
    report.expect(
      matcher.id !== "byName" || columns.includes(String(matcher.options)),
      `an override names the column ${String(matcher.options)}, which the query does not give`,
    );
  }
}
