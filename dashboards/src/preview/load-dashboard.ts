import type { DashboardJson, PanelJson } from "../dashboard-json.js";
import { expandMacros } from "../macros.js";
import type { QueryResult, QueryRunner } from "../query-result.js";
import { expandText, type VariableValue } from "../variables.js";
import { layOut, type PlacedPanel } from "./layout.js";
import { readDuration, readTime, roundInterval } from "./units.js";

/** Milliseconds since the Unix epoch. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

export interface LoadedPanel extends PlacedPanel {
  readonly title: string;
  /** Undefined for a row, and where the query failed. */
  readonly result?: QueryResult;
  readonly failure?: string;
  /** Seconds between two points on the axis of time. */
  readonly intervalSeconds: number;
}

export interface Mark {
  readonly time: number;
  readonly text: string;
  readonly color: string;
}

/** A dashboard with what its queries give: all that a picture of it needs. */
export interface LoadedDashboard {
  readonly dashboard: DashboardJson;
  readonly range: TimeRange;
  readonly variables: ReadonlyMap<string, VariableValue>;
  readonly panels: readonly LoadedPanel[];
  readonly marks: readonly Mark[];
}

const defaultPoints = 60;

/**
 * Runs the queries of a dashboard, the variables' first; each variable stands for all of its
 * values. A panel whose query fails keeps its place and says why.
 * @throws Error when a variable's query fails
 */
export async function loadDashboard(
  dashboard: DashboardJson,
  store: QueryRunner,
  range: TimeRange,
): Promise<LoadedDashboard> {
  const variables = await loadVariables(dashboard, store, range);
  const panels: LoadedPanel[] = [];
  for (const placed of layOut(dashboard.panels, variables)) {
    panels.push(await loadPanel(placed, store, range));
  }
  return {
    dashboard,
    range,
    variables,
    panels,
    marks: await loadMarks(dashboard, store, range, variables),
  };
}

async function loadVariables(
  dashboard: DashboardJson,
  store: QueryRunner,
  range: TimeRange,
): Promise<ReadonlyMap<string, VariableValue>> {
  const variables = new Map<string, VariableValue>();
  for (const { name, type, query } of dashboard.templating.list ?? []) {
    if (type === "textbox" && typeof query === "string") variables.set(name, { values: [query] });
    if (type !== "query" || typeof query !== "object") continue;
    const sql = expandMacros(query.rawSql ?? "", { ...range, intervalSeconds: 60, variables });
    const { rows } = await store.run(sql);
    variables.set(name, { values: rows.map(([value]) => String(value)), all: true });
  }
  return variables;
}

async function loadPanel(
  placed: PlacedPanel,
  store: QueryRunner,
  range: TimeRange,
): Promise<LoadedPanel> {
  const { panel, variables } = placed;
  const intervalSeconds = intervalOf(panel, range);
  const loaded = { ...placed, intervalSeconds, title: expandText(panel.title ?? "", variables) };
  const [target] = panel.targets ?? [];
  if (target === undefined) return loaded;
  try {
    const sql = expandMacros(target.rawSql, { ...range, intervalSeconds, variables });
    return { ...loaded, result: await store.run(sql) };
  } catch (error) {
    return { ...loaded, failure: error instanceof Error ? error.message : String(error) };
  }
}

function intervalOf(
  { interval = "1s", maxDataPoints = defaultPoints }: PanelJson,
  { from, to }: TimeRange,
): number {
  const wanted = roundInterval((to - from) / 1000 / maxDataPoints);
  return Math.max(wanted, readDuration(interval) ?? 1);
}

async function loadMarks(
  dashboard: DashboardJson,
  store: QueryRunner,
  range: TimeRange,
  variables: ReadonlyMap<string, VariableValue>,
): Promise<readonly Mark[]> {
  const marks: Mark[] = [];
  for (const { target, enable, iconColor = "purple" } of dashboard.annotations.list ?? []) {
    if (target === undefined || enable === false) continue;
    const sql = expandMacros(target.rawSql, { ...range, intervalSeconds: 60, variables });
    const { columns, rows } = await store.run(sql);
    const time = columns.findIndex(({ name }) => name === "time");
    const text = columns.findIndex(({ name }) => name === "text");
    for (const row of rows) {
      marks.push({
        time: readTime(String(row[time])),
        text: String(row[text] ?? ""),
        color: iconColor,
      });
    }
  }
  return marks;
}
