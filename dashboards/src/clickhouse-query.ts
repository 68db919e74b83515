import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";

/** The plugin's version whose query model this is. */
const pluginVersion = "4.20.0";

export const datasourceType = "grafana-clickhouse-datasource";

/** The uid of the provisioned data source; alert rules cannot use a variable for it. */
export const datasourceUid = "calibrant-clickhouse";

/** The data source that the dashboard's first variable names. */
export const chosenDatasource = { type: datasourceType, uid: "${datasource}" } as const;

/** How Grafana is to read a result. */
export type ResultFormat = "timeseries" | "table";

/** A query as the plugin stores it, in panels, annotations and alert rules. */
export interface ClickHouseQuery extends Dataquery {
  readonly refId: string;
  readonly datasource: { readonly type: string; readonly uid: string };
  readonly editorType: "sql";
  readonly rawSql: string;
  /** 0 time series, 1 table. */
  readonly format: 0 | 1;
  readonly queryType: ResultFormat;
  readonly pluginVersion: string;
}

/** The SDK has no builder for this plugin. */
export function clickHouseQuery(
  rawSql: string,
  format: ResultFormat,
  options: {
    readonly refId?: string;
    readonly datasource?: { readonly type: string; readonly uid: string };
  } = {},
): Builder<ClickHouseQuery> {
  const { refId = "A", datasource = chosenDatasource } = options;
  const query = {
    refId,
    datasource,
    editorType: "sql",
    rawSql,
    format: format === "timeseries" ? 0 : 1,
    queryType: format,
    pluginVersion,
  } as const;
  // The marker method exists for the type checker only; JSON leaves functions out.
  return { build: () => ({ ...query, _implementsDataqueryVariant: () => {} }) };
}
