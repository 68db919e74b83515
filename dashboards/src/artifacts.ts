import { stringify } from "yaml";
import { contactPoints } from "./alerting/contact-points.js";
import { qualityRules } from "./alerting/quality-low.js";
import { qualityOverview } from "./dashboards/quality-overview.js";
import { dashboardsFile, datasourceFile } from "./provisioning/provisioning-files.js";

const note = "Built by `npm run -w dashboards build`; change the source in dashboards/src.";

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Queries keep their line breaks, and nothing is written as an alias of something else. */
function yaml(value: unknown, comment = ""): string {
  const text = stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
  const lines = [note, ...(comment === "" ? [] : comment.split("\n"))];
  return `${lines.map((line) => `# ${line}`).join("\n")}\n${text}`;
}

/** Everything that is committed: path below `dashboards/` to content. */
export function artifacts(): ReadonlyMap<string, string> {
  return new Map([
    ["json/quality-overview.json", json(qualityOverview())],
    ["provisioning/datasources/calibrant.yaml", yaml(datasourceFile)],
    ["provisioning/dashboards/calibrant.yaml", yaml(dashboardsFile)],
    ["provisioning/alerting/quality.yaml", yaml(qualityRules)],
    [
      "provisioning/alerting/contact-points.yaml",
      yaml(
        contactPoints,
        "Replace the url with that of your webhook. grafana://noop is accepted and sends nothing.",
      ),
    ],
  ]);
}
