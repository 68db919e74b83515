import { chosenDatasource, datasourceType } from "../clickhouse-query.js";
import type { DashboardJson, LinkJson, PanelJson, VariableJson } from "../dashboard-json.js";
import { repeated, type Report } from "./finding.js";

/** What can be seen of a dashboard without running its queries. */
export function checkDashboard(dashboard: DashboardJson, report: Report): void {
  report.expect(/^[a-z][a-z0-9-]{7,39}$/.test(dashboard.uid), "the uid is not readable and stable");
  report.expect(
    dashboard.title !== "" && Boolean(dashboard.description),
    "a title or a description is missing",
  );
  report.expect(dashboard.schemaVersion === 42, "schemaVersion is not 42");
  report.expect(!Object.hasOwn(dashboard, "__inputs"), "__inputs is for imports by hand");
  report.expect((dashboard.tags ?? []).includes("calibrant"), "the tag calibrant is missing");
  checkLinks(dashboard.links ?? [], report);
  checkVariables(dashboard.templating.list ?? [], report);
  checkLayout(dashboard.panels, report);
  for (const annotation of dashboard.annotations.list ?? []) {
    const place = report.at(`annotation ${annotation.name}`);
    place.expect(!Object.hasOwn(annotation, "placement"), "placement hides the annotation");
    place.expect(Boolean(annotation.target?.rawSql), "there is no query");
  }
  for (const panel of dashboard.panels) {
    if (panel.type !== "row") checkPanel(panel, report.at(panelPlace(panel)));
  }
}

export const panelPlace = ({ id, title = "" }: PanelJson): string => `panel ${id} ${title}`;

function checkLinks(links: readonly LinkJson[], report: Report): void {
  const toOthers = links.find(({ type }) => type === "dashboards");
  report.expect(
    toOthers?.includeVars === true && toOthers.keepTime === true && toOthers.tags?.length === 1,
    "there is no list of the other dashboards that keeps variables and time",
  );
  report.expect(
    links.every((link) => !Object.hasOwn(link, "placement")),
    "placement hides a link",
  );
}

function checkVariables(variables: readonly VariableJson[], report: Report): void {
  const [first] = variables;
  report.expect(
    first?.type === "datasource" && first.query === datasourceType,
    "the first variable is not the data source",
  );
  for (const name of repeated(variables.map((variable) => variable.name))) {
    report.expect(false, `two variables are named ${name}`);
  }
  for (const variable of variables) {
    const place = report.at(`variable ${variable.name}`);
    place.expect(Boolean(variable.label), "a label is missing");
    place.expect(Boolean(variable.description), "a description is missing");
  }
}

function checkLayout(panels: readonly PanelJson[], report: Report): void {
  const ids = panels.map(({ id }) => id);
  report.expect(
    ids.every((id) => Number.isInteger(id) && id > 0),
    "a panel has no id",
  );
  for (const id of repeated(ids)) report.expect(false, `two panels have the id ${id}`);
  for (const [index, panel] of panels.entries()) {
    const { x, w } = panel.gridPos;
    const place = report.at(panelPlace(panel));
    place.expect(x >= 0 && w > 0 && x + w <= 24, "it does not fit into 24 columns");
    const other = panels.slice(0, index).find((earlier) => overlap(panel, earlier));
    place.expect(other === undefined, `it lies over panel ${other?.id}`);
  }
}

function overlap({ gridPos: a }: PanelJson, { gridPos: b }: PanelJson): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

function checkPanel(panel: PanelJson, report: Report): void {
  const defaults = panel.fieldConfig?.defaults ?? {};
  report.expect(Boolean(panel.title), "a title is missing");
  report.expect(Boolean(panel.description), "a description is missing");
  report.expect(Boolean(defaults.unit), "a unit is missing");
  report.expect(Boolean(defaults.noValue), "a text for no value is missing");
  report.expect(
    panel.datasource?.uid === chosenDatasource.uid,
    "it does not use the chosen data source",
  );
  report.expect((panel.targets ?? []).length > 0, "there is no query");
  for (const refId of repeated((panel.targets ?? []).map((target) => target.refId))) {
    report.expect(false, `two queries have the refId ${refId}`);
  }
  if (panel.type === "stat") {
    report.expect(
      panel.options?.reduceOptions?.calcs?.join(",") === "lastNotNull",
      "a stat does not reduce with lastNotNull",
    );
  }
}
