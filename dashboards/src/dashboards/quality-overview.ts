import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  RowBuilder,
  TimePickerBuilder,
  type Dashboard,
  type Panel,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { chosenDatasource, clickHouseQuery } from "../clickhouse-query.js";
import * as stats from "../panels/stats.js";
import { checksTable, releaseTable, worstTable } from "../panels/tables.js";
import * as trends from "../panels/trends.js";
import { releaseStarts } from "../signals/releases.js";
import { variables } from "./variables.js";

export const overviewUid = "calibrant-quality-overview";

/** The panel that shows what the alert of low quality fires at. */
export const scoreTrendId = 20;

interface Placed {
  readonly id: number;
  readonly width: number;
  readonly height: number;
  readonly panel: Builder<Panel>;
}

const place = (id: number, width: number, height: number, panel: Builder<Panel>): Placed => ({
  id,
  width,
  height,
  panel,
});

/** Rows from top to bottom; the ids stay when panels move, for links point to them. */
const rows: readonly {
  readonly id: number;
  readonly title: string;
  readonly lines: readonly (readonly Placed[])[];
}[] = [
  {
    id: 1,
    title: "At a glance",
    lines: [
      [
        place(2, 6, 4, stats.qualityStat()),
        place(3, 6, 4, stats.groundednessStat()),
        place(4, 6, 4, stats.relevanceStat()),
        place(5, 6, 4, stats.thumbsUpStat()),
      ],
      [
        place(6, 4, 3, stats.interactionsStat()),
        place(7, 4, 3, stats.errorRateStat()),
        place(8, 4, 3, stats.latencyStat()),
        place(9, 4, 3, stats.coverageStat()),
        place(10, 4, 3, stats.judgeCostStat()),
        place(11, 4, 3, stats.applicationCostStat()),
      ],
    ],
  },
  {
    id: 12,
    title: "Scores",
    lines: [[place(scoreTrendId, 24, 7, trends.scoreTrend())]],
  },
  {
    id: 13,
    title: "Releases",
    lines: [[place(21, 15, 9, releaseTable()), place(22, 9, 9, trends.outcomesTrend())]],
  },
  {
    id: 14,
    title: "Traffic, feedback and checks",
    lines: [
      [
        place(23, 6, 7, trends.interactionsTrend()),
        place(24, 6, 7, trends.latencyTrend()),
        place(25, 6, 7, trends.feedbackTrend()),
        place(27, 6, 7, checksTable()),
      ],
    ],
  },
  {
    id: 15,
    title: "Where to look first",
    lines: [[place(26, 24, 11, worstTable())]],
  },
];

/** Sets what the SDK's layout leaves out: ids and places. */
function layOut(builder: DashboardBuilder): DashboardBuilder {
  const panels: NonNullable<Dashboard["panels"]> = [];
  let y = 0;
  for (const row of rows) {
    const gridPos = { x: 0, y: y++, w: 24, h: 1 };
    panels.push(new RowBuilder(row.title).id(row.id).gridPos(gridPos).build());
    for (const line of row.lines) {
      let x = 0;
      for (const { id, width, height, panel } of line) {
        panels.push({ ...panel.build(), id, gridPos: { x, y, w: width, h: height } });
        x += width;
      }
      y += Math.max(...line.map(({ height }) => height));
    }
  }
  const built = builder.build();
  built.panels = panels;
  return builder;
}

export function qualityOverview(): Dashboard {
  const builder = new DashboardBuilder("Quality overview")
    .uid(overviewUid)
    .description(
      "How good the application's answers are, with the uncertainty of each estimate, by evaluator, feature and release; what users say; and where to look first.",
    )
    .tags(["calibrant"])
    .timezone("browser")
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: "now-6h", to: "now" })
    .timepicker(new TimePickerBuilder().refreshIntervals(["10s", "30s", "1m", "5m", "15m", "1h"]))
    .refresh("30s")
    .version(1)
    .variables(variables())
    .link(
      new DashboardLinkBuilder("Calibrant dashboards")
        .type(DashboardLinkType.Dashboards)
        .tags(["calibrant"])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    )
    .link(
      new DashboardLinkBuilder("Calibrant")
        .type(DashboardLinkType.Link)
        .icon("external link")
        .tooltip("Interactions with their conversations, scores and reasons")
        .url("${web_url}")
        .targetBlank(true),
    )
    .annotation(
      new AnnotationQueryBuilder()
        .name("Releases")
        .datasource(chosenDatasource)
        .enable(true)
        .iconColor("purple")
        .target(clickHouseQuery(releaseStarts, "table", { refId: "releases" })),
    );
  return withoutMenuPlacement(layOut(builder).build());
}

/** The SDK puts links and annotations into a menu, which hides them. */
function withoutMenuPlacement(dashboard: Dashboard): Dashboard {
  for (const item of [...(dashboard.links ?? []), ...(dashboard.annotations.list ?? [])]) {
    delete item.placement;
  }
  return dashboard;
}
