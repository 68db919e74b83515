/** A fault to plant into a file, and what the lint says of it. */
export interface Fault {
  readonly name: string;
  /** Text to replace once. */
  readonly from: string | RegExp;
  readonly to: string;
  readonly finds: string;
}

export const dashboardFaults: readonly Fault[] = [
  {
    name: "an unreadable uid",
    from: '"uid": "calibrant-quality-overview"',
    to: '"uid": "X1"',
    finds: "the uid is not readable",
  },
  {
    name: "an older schema",
    from: '"schemaVersion": 42',
    to: '"schemaVersion": 39',
    finds: "schemaVersion is not 42",
  },
  { name: "inputs", from: /^\{/, to: '{"__inputs": [],', finds: "__inputs" },
  {
    name: "a link in a menu",
    from: '"asDropdown": true',
    to: '"placement": "inControlsMenu"',
    finds: "placement hides a link",
  },
  {
    name: "links that forget the time",
    from: '"keepTime": true',
    to: '"keepTime": false',
    finds: "keeps variables and time",
  },
  {
    name: "a data source that is not first",
    from: '"type": "datasource"',
    to: '"type": "textbox"',
    finds: "the first variable is not the data source",
  },
  {
    name: "a variable without a description",
    from: '"description": "Features of the application."',
    to: '"description": ""',
    finds: "variable feature: a description is missing",
  },
  { name: "no id", from: '"id": 6,', to: '"id": 0,', finds: "a panel has no id" },
  { name: "an id twice", from: '"id": 6,', to: '"id": 2,', finds: "two panels have the id 2" },
  {
    name: "panels over each other",
    from: /"gridPos": \{\s*"x": 0,\s*"y": 5,/,
    to: '"gridPos": {"x": 0, "y": 2,',
    finds: "it lies over panel 2",
  },
  {
    name: "a panel without a title",
    from: '"title": "Quality",',
    to: '"title": "",',
    finds: "a title is missing",
  },
  {
    name: "a panel without a description",
    from: '"description": "User-visible turns that began in the range; all of them, not a sample."',
    to: '"description": ""',
    finds: "panel 6 Interactions: a description is missing",
  },
  {
    name: "a panel without a unit",
    from: '"unit": "percentunit"',
    to: '"unit": ""',
    finds: "a unit is missing",
  },
  {
    name: "a panel without a text for no value",
    from: '"noValue": "no judge scores"',
    to: '"noValue": ""',
    finds: "a text for no value is missing",
  },
  {
    name: "a stat of the mean",
    from: '"lastNotNull"',
    to: '"mean"',
    finds: "does not reduce with lastNotNull",
  },
  {
    name: "a data source by name",
    from: /("refId": "A",\s*"datasource": \{\s*"type": "[^"]+",\s*"uid": )"\$\{datasource\}"/,
    to: '$1"mine"',
    finds: "names its own data source",
  },
  {
    name: "a wrong format",
    from: '"format": 0',
    to: '"format": 1',
    finds: "the format of a timeseries is 0",
  },
  {
    name: "a table without an end",
    from: String.raw`\nLIMIT 50`,
    to: "",
    finds: "a table's query has no LIMIT",
  },
  {
    name: "a table that is not a view",
    from: "FROM calibrant.v_interactions",
    to: "FROM calibrant.interactions",
    finds: "reads calibrant.interactions, which is not a view",
  },
  {
    name: "an unlimited query",
    from: '$__timeFilter(started_at)\\n  AND $__conditionalAll(service_name IN (${service:singlequote}), $service)\\n  AND $__conditionalAll(environment IN (${environment:singlequote}), $environment)\\n  AND $__conditionalAll(release IN (${release:singlequote}), $release)\\n  AND $__conditionalAll(feature IN (${feature:singlequote}), $feature)"',
    to: 'true"',
    finds: "not limited to the range in time",
  },
  {
    name: "an unescaped variable",
    from: "has([${evaluator:singlequote}], evaluator)",
    to: "has(['$evaluator'], evaluator)",
    finds: "$evaluator is not escaped",
  },
  {
    name: "an unknown variable",
    from: "has([${evaluator:singlequote}], evaluator)",
    to: "has([${judge:singlequote}], evaluator)",
    finds: "there is no variable judge",
  },
  {
    name: "an unknown macro",
    from: "$__timeInterval(started_at) AS time",
    to: "$__timeBucket(started_at) AS time",
    finds: "$__timeBucket is not a macro",
  },
  {
    name: "a macro without its argument",
    from: "$__timeInterval(started_at) AS time",
    to: "$__timeInterval() AS time",
    finds: "cannot be expanded",
  },
  {
    name: "SQL that does not parse",
    from: "SELECT count() AS interactions",
    to: "SELECT count( AS interactions",
    finds: "the query fails",
  },
  {
    name: "a column that does not exist",
    from: "SELECT count() AS interactions",
    to: "SELECT sum(nothing) AS interactions",
    finds: "the query fails",
  },
  {
    name: "a time series without a time",
    from: "SELECT time, low, mean, high",
    to: "SELECT low, mean, high",
    finds: "the first column is not the time",
  },
  {
    name: "rows in no order",
    from: String.raw`\nORDER BY time"`,
    to: String.raw`\nORDER BY time DESC"`,
    finds: "not in the order of time",
  },
  {
    name: "a type that Grafana cannot show",
    from: "SELECT count() AS interactions",
    to: "SELECT [count()] AS interactions",
    finds: "cannot show the column interactions of the type Array(UInt64)",
  },
  {
    name: "a query without rows",
    from: "kind = 'code'",
    to: "kind = 'codes'",
    finds: "the query gives no rows",
  },
  {
    name: "an override for nothing",
    from: '"options": "mean"',
    to: '"options": "average"',
    finds: "an override names the column average",
  },
  {
    name: "an annotation without text",
    from: "AS text,",
    to: "AS words,",
    finds: "an annotation needs the columns time and text",
  },
];
