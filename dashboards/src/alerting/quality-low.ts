import { clickHouseQuery, datasourceType, datasourceUid } from "../clickhouse-query.js";
import { overviewUid, scoreTrendId } from "../dashboards/quality-overview.js";
import { highestPlausibleScore } from "../signals/alerts.js";
import { qualityThreshold } from "../thresholds.js";
import type { AlertQuery, AlertRule, AlertRulesFile } from "./alert-file.js";
import { contactPointName } from "./contact-points.js";

/** Seconds of traffic that the rule looks at. */
const window = 3600;

const expression = { type: "__expr__", uid: "__expr__" };

function expressionQuery(refId: string, model: Readonly<Record<string, unknown>>): AlertQuery {
  return {
    refId,
    datasourceUid: expression.uid,
    relativeTimeRange: { from: 0, to: 0 },
    model: { refId, datasource: expression, ...model },
  };
}

const query: AlertQuery = {
  refId: "A",
  datasourceUid,
  relativeTimeRange: { from: window, to: 0 },
  model: {
    ...clickHouseQuery(highestPlausibleScore, "table", {
      datasource: { type: datasourceType, uid: datasourceUid },
    }).build(),
    _implementsDataqueryVariant: undefined,
    intervalMs: 60_000,
    maxDataPoints: 43_200,
  },
};

const rule: AlertRule = {
  uid: "calibrant-quality-low",
  title: "Quality below threshold",
  condition: "C",
  data: [
    query,
    expressionQuery("B", { type: "reduce", expression: "A", reducer: "last" }),
    expressionQuery("C", {
      type: "threshold",
      expression: "B",
      conditions: [
        {
          evaluator: { type: "lt", params: [qualityThreshold.low] },
          // Firing ends only above this.
          unloadEvaluator: { type: "gt", params: [qualityThreshold.recovered] },
        },
      ],
    }),
  ],
  dashboardUid: overviewUid,
  panelId: scoreTrendId,
  // No row means that too little was scored to say anything.
  noDataState: "OK",
  execErrState: "Error",
  for: "5m",
  keepFiringFor: "10m",
  missing_series_evals_to_resolve: 5,
  labels: { severity: "critical", team: "ai-quality" },
  annotations: {
    summary:
      "{{ $labels.evaluator }} of {{ $labels.feature }} in {{ $labels.service }} is at most {{ humanizePercentage $values.B.Value }}",
    description: `Over the last hour the mean score of the judge "{{ $labels.evaluator }}" is, with 97.5% confidence, below {{ humanizePercentage $values.B.Value }}; the threshold is ${qualityThreshold.low * 100}%. At least ${qualityThreshold.minimumScores} answers were scored.`,
    runbook_url: "docs/runbooks/quality-low.md",
  },
  isPaused: false,
  notification_settings: {
    receiver: contactPointName,
    group_by: ["grafana_folder", "alertname", "service"],
  },
};

export const qualityRules: AlertRulesFile = {
  apiVersion: 1,
  groups: [
    {
      orgId: 1,
      name: "calibrant-quality",
      // Not the title of the dashboards' folder: Grafana finds alert folders by title.
      folder: "Calibrant alerts",
      interval: "1m",
      rules: [rule],
    },
  ],
};
