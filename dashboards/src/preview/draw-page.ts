import type { GridPos, VariableJson } from "../dashboard-json.js";
import type { VariableValue } from "../variables.js";
import { drawStat } from "./draw-stat.js";
import { drawTable } from "./draw-table.js";
import { drawTrend } from "./draw-trend.js";
import type { LoadedDashboard, LoadedPanel } from "./load-dashboard.js";
import { escapeHtml } from "./markup.js";
import { pageStyle } from "./page-style.js";
import { formatTime } from "./units.js";

/** The width that the picture is drawn for, in pixels; plots do not grow with the window. */
export const pageWidth = 1600;

const gap = 8;
const rowHeight = 30;
const columnWidth = (pageWidth - 2 * 16 + gap) / 24 - gap;
const titleHeight = 28;

/** One page of HTML that loads nothing and runs nothing. */
export function drawPage(loaded: LoadedDashboard): string {
  const { dashboard, range } = loaded;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=${pageWidth}">
<title>${escapeHtml(dashboard.title)}</title>
<style>${pageStyle}</style>
</head>
<body>
<header><h1>${escapeHtml(dashboard.title)}</h1><span class="note">preview: Grafana stays the reference</span><span class="range">${formatTime(range.from)} to ${formatTime(range.to)} UTC</span></header>
<div class="variables">${(dashboard.templating.list ?? []).map((variable) => drawVariable(variable, loaded.variables)).join("")}</div>
<main>
${loaded.panels.map((panel) => drawPanel(panel, loaded)).join("\n")}
</main>
</body>
</html>
`;
}

function drawVariable(
  { name, label = name, type }: VariableJson,
  variables: ReadonlyMap<string, VariableValue>,
): string {
  const value = variables.get(name);
  const chosen = value?.all === true ? "All" : (value?.values.join(", ") ?? "");
  const text = type === "datasource" ? "Calibrant" : chosen;
  return `<span><b>${escapeHtml(label)}</b><em>${escapeHtml(text)}</em></span>`;
}

const place = ({ x, y, w, h }: GridPos): string =>
  `grid-column:${x + 1}/span ${w};grid-row:${y + 1}/span ${h}`;

function drawPanel(panel: LoadedPanel, loaded: LoadedDashboard): string {
  const { gridPos, title } = panel;
  if (panel.panel.type === "row") return `<h3 style="${place(gridPos)}">${escapeHtml(title)}</h3>`;
  const body = drawBody(panel, loaded) ?? drawEmpty(panel);
  return `<section style="${place(gridPos)}" data-panel="${panel.panel.id}"><h2 title="${escapeHtml(panel.panel.description ?? "")}">${escapeHtml(title)}</h2><div class="body">${body}</div></section>`;
}

function drawBody(panel: LoadedPanel, { range, marks }: LoadedDashboard): string | undefined {
  const { w, h } = panel.gridPos;
  switch (panel.panel.type) {
    case "stat":
      return drawStat(panel);
    case "table":
      return drawTable(panel);
    case "timeseries":
      return drawTrend(panel, range, marks, {
        width: Math.floor(w * (columnWidth + gap) - gap - 2),
        height: h * (rowHeight + gap) - gap - titleHeight,
      });
    default:
      return `<div class="empty">${escapeHtml(panel.panel.type)} panels are not drawn here</div>`;
  }
}

function drawEmpty({ panel, failure }: LoadedPanel): string {
  const text = failure ?? panel.fieldConfig?.defaults.noValue ?? "No data";
  return `<div class="empty">${escapeHtml(text)}</div>`;
}
