import type { QueryRunner } from "../query-result.js";
import { checkAlerting, rulesOf, sqlQueriesOf } from "./alert-rules.js";
import { checkContactPoints } from "./contact-point-rules.js";
import { checkDashboard } from "./dashboard-rules.js";
import { execute } from "./execute.js";
import { repeated, reportTo, type Finding, type Report } from "./finding.js";
import type { LintInput } from "./lint-input.js";
import { checkDashboardQueries, type Range } from "./panel-queries.js";
import { checkSql } from "./sql-rules.js";

/**
 * Everything wrong with dashboards and alerting files, as far as it can be found without Grafana:
 * their form, and every query expanded, explained, described and run on the store's data.
 * @param range a range in which the data has rows for every query
 */
export async function lint(
  input: LintInput,
  store: QueryRunner,
  range: Range,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const report = reportTo(findings, "dashboards");
  for (const uid of repeated([...input.dashboards.values()].map((dashboard) => dashboard.uid))) {
    report.expect(false, `two dashboards have the uid ${uid}`);
  }
  for (const [file, dashboard] of input.dashboards) {
    checkDashboard(dashboard, report.at(file));
    await checkDashboardQueries(dashboard, store, range, report.at(file));
  }
  checkContactPoints(input.contactPoints, report);
  checkAlerting(input, report);
  await checkAlertQueries(input, store, range, report);
  return findings;
}

async function checkAlertQueries(
  input: LintInput,
  store: QueryRunner,
  { to }: Range,
  report: Report,
): Promise<void> {
  for (const { file, rule } of rulesOf(input)) {
    for (const { refId, model, relativeTimeRange } of sqlQueriesOf(rule)) {
      const place = report.at(`${file}: alert ${rule.uid}: query ${refId}`);
      const sql = typeof model["rawSql"] === "string" ? model["rawSql"] : "";
      checkSql(sql, "alert", new Set(), place);
      const context = {
        from: to - relativeTimeRange.from * 1000,
        to: to - relativeTimeRange.to * 1000,
        intervalSeconds: Number(model["intervalMs"]) / 1000,
      };
      await execute(sql, store, { use: "alert", format: 1, context, rowsRequired: true }, place);
    }
  }
}
