import type { AlertQuery, AlertRule } from "../alerting/alert-file.js";
import type { PanelJson } from "../dashboard-json.js";
import { repeated, type Report } from "./finding.js";
import type { LintInput } from "./lint-input.js";

/** What can be seen of the alerting files without running queries. */
export function checkAlerting(input: LintInput, report: Report): void {
  const rules = rulesOf(input);
  for (const uid of repeated(rules.map(({ rule }) => rule.uid))) {
    report.expect(false, `two alert rules have the uid ${uid}`);
  }
  const dashboardFolders = new Set(
    [...input.providers.values()].flatMap(({ providers }) => providers.map(({ folder }) => folder)),
  );
  for (const { file, folder, interval, rule } of rules) {
    const place = report.at(`${file}: alert ${rule.uid}`);
    place.expect(!dashboardFolders.has(folder), `its folder ${folder} is one of dashboards`);
    place.expect(/^\d+[smh]$/.test(interval), "the group's interval is not a duration");
    checkRule(rule, input, place);
  }
  for (const path of input.others) {
    report.expect(false, `${path} is of no known kind; policies would overwrite the whole tree`);
  }
}

interface PlacedRule {
  readonly file: string;
  readonly folder: string;
  readonly interval: string;
  readonly rule: AlertRule;
}

export function rulesOf({ rules }: LintInput): readonly PlacedRule[] {
  return [...rules].flatMap(([file, { groups }]) =>
    groups.flatMap(({ folder, interval, rules: ofGroup }) =>
      ofGroup.map((rule) => ({ file, folder, interval, rule })),
    ),
  );
}

function checkRule(rule: AlertRule, input: LintInput, report: Report): void {
  report.expect(/^[a-z][a-z0-9-]{7,39}$/.test(rule.uid), "the uid is not readable and stable");
  report.expect(rule.title !== "", "the title is missing");
  report.expect(
    Boolean(rule.for) && Boolean(rule.keepFiringFor),
    "for or keepFiringFor is missing",
  );
  report.expect(
    ["OK", "NoData", "Alerting", "KeepLast"].includes(rule.noDataState),
    "noDataState is none that Grafana knows",
  );
  report.expect(
    ["OK", "Error", "Alerting", "KeepLast"].includes(rule.execErrState),
    "execErrState is none that Grafana knows",
  );
  report.expect(Boolean(rule.labels["severity"]), "the label severity is missing");
  checkTexts(rule, input, report);
  checkSteps(rule, report);
  checkQueries(rule, input, report);
  checkPanelLink(rule, input, report);
  checkNotification(rule, input, report);
}

/** Grafana puts its environment into these texts when it starts. */
function checkTexts(rule: AlertRule, input: LintInput, report: Report): void {
  const interpolated = [rule.uid, rule.title, ...Object.values(rule.labels)];
  report.expect(
    interpolated.every((text) => !text.includes("$")),
    "a $ in the uid, the title or a label is read as a variable of the environment",
  );
  const { summary = "", description = "", runbook_url: runbook = "" } = rule.annotations;
  report.expect(summary !== "" && description !== "", "summary or description is missing");
  report.expect(input.exists(runbook), `there is no runbook ${runbook}`);
  report.expect(
    Object.values(rule.annotations).every((text) => !text.includes("${")),
    "a ${ in an annotation is read as a variable of the environment",
  );
}

const modelType = ({ model }: AlertQuery): unknown => model["type"];

/** A query, then a reduction of it to its last value, then a threshold with hysteresis. */
function checkSteps(rule: AlertRule, report: Report): void {
  const byRefId = new Map(rule.data.map((query) => [query.refId, query]));
  report.expect(byRefId.size === rule.data.length, "two queries have one refId");
  const condition = byRefId.get(rule.condition);
  report.expect(
    condition !== undefined && modelType(condition) === "threshold",
    "the condition is not a threshold",
  );
  for (const query of rule.data.filter(({ datasourceUid }) => datasourceUid === "__expr__")) {
    report.expect(
      byRefId.has(String(query.model["expression"])),
      `${query.refId} works on ${String(query.model["expression"])}, which does not exist`,
    );
  }
  const reducers = rule.data.filter((query) => modelType(query) === "reduce");
  report.expect(
    reducers.length > 0 && reducers.every(({ model }) => model["reducer"] === "last"),
    "the value is not reduced with last",
  );
  const conditions = thresholdsOf(rule);
  report.expect(
    conditions.length === 1 && conditions[0]?.unloadEvaluator !== undefined,
    "the threshold has no hysteresis (unloadEvaluator)",
  );
}

interface ThresholdCondition {
  readonly evaluator: { readonly type: string; readonly params: readonly number[] };
  readonly unloadEvaluator?: { readonly type: string; readonly params: readonly number[] };
}

function thresholdsOf(rule: AlertRule): readonly ThresholdCondition[] {
  return rule.data
    .filter((query) => modelType(query) === "threshold")
    .flatMap(({ model }) => model["conditions"] as readonly ThresholdCondition[]);
}

export const sqlQueriesOf = (rule: AlertRule): readonly AlertQuery[] =>
  rule.data.filter(({ datasourceUid }) => datasourceUid !== "__expr__");

function checkQueries(rule: AlertRule, input: LintInput, report: Report): void {
  const uids = new Set(
    [...input.datasources.values()].flatMap(({ datasources }) => datasources.map(({ uid }) => uid)),
  );
  report.expect(sqlQueriesOf(rule).length > 0, "there is no query");
  for (const { refId, datasourceUid, model, relativeTimeRange } of sqlQueriesOf(rule)) {
    const place = report.at(`query ${refId}`);
    place.expect(uids.has(datasourceUid), `no data source has the uid ${datasourceUid}`);
    place.expect(model["format"] === 1, "an alert's query has the format table (1)");
    place.expect(Number(model["intervalMs"]) >= 1000, "intervalMs is missing");
    place.expect(relativeTimeRange.from > relativeTimeRange.to, "the time range is empty");
  }
}

/** The panel that the alert leads to draws the line at which the alert fires. */
function checkPanelLink(rule: AlertRule, input: LintInput, report: Report): void {
  const dashboard = [...input.dashboards.values()].find(({ uid }) => uid === rule.dashboardUid);
  const panel = dashboard?.panels.find(({ id }) => id === rule.panelId);
  report.expect(
    panel !== undefined,
    `it leads to panel ${rule.panelId} of ${rule.dashboardUid}, which does not exist`,
  );
  if (panel === undefined) return;
  for (const { evaluator, unloadEvaluator } of thresholdsOf(rule)) {
    for (const value of [...evaluator.params, ...(unloadEvaluator?.params ?? [])]) {
      report.expect(stepsOf(panel).includes(value), `panel ${panel.id} does not draw ${value}`);
    }
  }
}

const stepsOf = (panel: PanelJson): readonly (number | null)[] =>
  (panel.fieldConfig?.defaults.thresholds?.steps ?? []).map(({ value }) => value);

function checkNotification(rule: AlertRule, input: LintInput, report: Report): void {
  const receivers = [...input.contactPoints.values()].flatMap(({ contactPoints }) =>
    contactPoints.map(({ name }) => name),
  );
  const { receiver, group_by: groupBy } = rule.notification_settings;
  report.expect(receivers.includes(receiver), `there is no contact point ${receiver}`);
  report.expect(
    groupBy.includes("alertname") && groupBy.includes("grafana_folder"),
    "group_by lacks alertname or grafana_folder",
  );
}
