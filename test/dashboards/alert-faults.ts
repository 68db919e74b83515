import type { Fault } from "./dashboard-faults.js";

export const ruleFaults: readonly Fault[] = [
  {
    name: "an unreadable rule uid",
    from: "uid: calibrant-quality-low",
    to: "uid: Q",
    finds: "the uid is not readable",
  },
  {
    name: "a folder of dashboards",
    from: "folder: Calibrant alerts",
    to: "folder: Calibrant",
    finds: "its folder Calibrant is one of dashboards",
  },
  {
    name: "a rule without for",
    from: "for: 5m",
    to: 'for: ""',
    finds: "for or keepFiringFor is missing",
  },
  {
    name: "an unknown state",
    from: "noDataState: OK",
    to: "noDataState: Ok",
    finds: "noDataState is none",
  },
  {
    name: "a label of the environment",
    from: "severity: critical",
    to: "severity: $SEVERITY",
    finds: "a $ in the uid, the title or a label",
  },
  {
    name: "an annotation of the environment",
    from: "runbook_url: docs",
    to: "note: ${HOST}\n          runbook_url: docs",
    finds: "a ${ in an annotation",
  },
  {
    name: "a missing runbook",
    from: "quality-low.md",
    to: "quality-lost.md",
    finds: "there is no runbook",
  },
  {
    name: "no hysteresis",
    from: "unloadEvaluator",
    to: "somethingElse",
    finds: "no hysteresis",
  },
  {
    name: "a mean of the value",
    from: "reducer: last",
    to: "reducer: mean",
    finds: "not reduced with last",
  },
  {
    name: "a step that does not exist",
    from: "expression: B",
    to: "expression: D",
    finds: "works on D",
  },
  {
    name: "a condition that is no threshold",
    from: "condition: C",
    to: "condition: A",
    finds: "the condition is not a threshold",
  },
  {
    name: "a data source that is not provisioned",
    from: "datasourceUid: calibrant-clickhouse",
    to: "datasourceUid: other",
    finds: "no data source has the uid other",
  },
  {
    name: "the format of a graph",
    from: "format: 1",
    to: "format: 0",
    finds: "has the format table",
  },
  {
    name: "no interval",
    from: "intervalMs: 60000",
    to: "interval: 1",
    finds: "intervalMs is missing",
  },
  {
    name: "another threshold than the panel",
    from: "- 0.7\n",
    to: "- 0.6\n",
    finds: "panel 20 does not draw 0.6",
  },
  {
    name: "a panel that does not exist",
    from: "panelId: 20",
    to: "panelId: 99",
    finds: "leads to panel 99",
  },
  {
    name: "a receiver that does not exist",
    from: "receiver: calibrant",
    to: "receiver: nobody",
    finds: "no contact point nobody",
  },
  {
    name: "a grouping without the alert's name",
    from: "- alertname",
    to: "- team",
    finds: "group_by lacks alertname",
  },
  {
    name: "a frontend macro in an alert",
    from: "$__timeFilter(started_at)",
    to: "$__timeFilter(started_at) AND started_at < $__to",
    finds: "$__to is expanded in the browser only",
  },
  {
    name: "a variable in an alert",
    from: "kind = 'llm'",
    to: "kind = 'llm' AND service_name = '$service'",
    finds: "service does not exist in an alert rule",
  },
  {
    name: "two numbers in an alert",
    from: "evaluator,\n                  high\n",
    to: "evaluator,\n                  low, high\n",
    finds: "an alert has one number, not 2",
  },
  {
    name: "equal labels in an alert",
    from: "if(judged.feature = '', '(none)', judged.feature) AS feature",
    to: "'any' AS feature",
    finds: "two rows have the same labels",
  },
  {
    name: "a time in an alert",
    from: "evaluator,\n                  high\n",
    to: "evaluator, now() AS time,\n                  high\n",
    finds: "has no time",
  },
  {
    name: "an alert without rows",
    from: "scores >= 30",
    to: "scores >= 30000",
    finds: "the query gives no rows",
  },
];

export const contactPointFaults: readonly Fault[] = [
  {
    name: "a webhook without an address",
    from: "url: grafana://noop",
    to: 'url: ""',
    finds: "the webhook receiver lacks url",
  },
  {
    name: "an address of the environment",
    from: "url: grafana://noop",
    to: "url: $WEBHOOK",
    finds: "depends on the environment",
  },
  {
    name: "a PagerDuty receiver without a key",
    from: "type: webhook",
    to: "type: pagerduty",
    finds: "lacks integrationKey",
  },
  {
    name: "an unknown receiver",
    from: "type: webhook",
    to: "type: pigeon",
    finds: "receivers of the type pigeon are not known",
  },
  {
    name: "policies",
    from: "contactPoints:",
    to: "policies:",
    finds: "would overwrite the whole tree",
  },
];
