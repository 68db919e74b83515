import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  VariableHide,
  VariableRefresh,
  type VariableModel,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { chosenDatasource, datasourceType } from "../clickhouse-query.js";
import { choices, judgeChoices, ofChosenServices } from "../signals/releases.js";

/** Where the service's pages are unless the dashboard's user says otherwise. */
const webUrl = "http://127.0.0.1:8080";

const all = { selected: true, text: ["All"], value: ["$__all"] };

function choice(
  name: string,
  label: string,
  description: string,
  sql: string,
): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .description(description)
    .datasource(chosenDatasource)
    .query({ refId: "var", queryType: "sql", rawSql: sql })
    .definition(sql)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .current(all);
}

/** The data source first: every query uses it. */
export function variables(): Builder<VariableModel>[] {
  return [
    new DatasourceVariableBuilder("datasource")
      .label("Data source")
      .description("The ClickHouse that Calibrant writes to.")
      .type(datasourceType),
    choice("service", "Service", "Applications that are watched.", choices("service_name")),
    choice(
      "environment",
      "Environment",
      "Deployment environments.",
      choices("environment", [ofChosenServices]),
    ),
    choice(
      "release",
      "Release",
      "Releases seen within the range.",
      choices("release", [ofChosenServices]),
    ),
    choice(
      "feature",
      "Feature",
      "Features of the application.",
      choices("feature", [ofChosenServices]),
    ),
    choice(
      "evaluator",
      "Judge",
      "LLM judges; there is one panel of scores for each. Other panels do not depend on it.",
      judgeChoices,
    ),
    new TextBoxVariableBuilder("web_url")
      .label("Calibrant at")
      .description("Address of Calibrant's pages, for links to single interactions.")
      .hide(VariableHide.DontHide)
      .defaultValue(webUrl)
      .current({ selected: true, text: webUrl, value: webUrl })
      .options([{ selected: true, text: webUrl, value: webUrl }]),
  ];
}
