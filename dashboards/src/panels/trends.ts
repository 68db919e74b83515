import {
  GraphDrawStyle,
  GraphGradientMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LineInterpolation,
  StackingConfigBuilder,
  StackingMode,
  VisibilityMode,
} from "@grafana/grafana-foundation-sdk/common";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { chosenDatasource, clickHouseQuery } from "../clickhouse-query.js";
import { outcomesOverTime } from "../signals/coverage.js";
import { feedbackOverTime } from "../signals/feedback.js";
import { scoreOverTime } from "../signals/quality.js";
import { interactionsOverTime, latencyOverTime } from "../signals/traffic.js";
import { legend, named, oneColor, qualitySteps, tooltip } from "./panel-parts.js";

/** So many that each holds enough to say something: 5 minutes of a range of 6 hours. */
const maxDataPoints = 60;

interface Trend {
  readonly title: string;
  readonly description: string;
  readonly sql: string;
  readonly unit: string;
  readonly noValue: string;
  /** The narrowest point on the time axis: narrower ones hold too little to say anything. */
  readonly interval: string;
}

function lines({ title, description, sql, unit, noValue, interval }: Trend): PanelBuilder {
  return new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(chosenDatasource)
    .withTarget(clickHouseQuery(sql, "timeseries"))
    .interval(interval)
    .maxDataPoints(maxDataPoints)
    .unit(unit)
    .noValue(noValue)
    .drawStyle(GraphDrawStyle.Line)
    .lineInterpolation(LineInterpolation.Linear)
    .lineWidth(2)
    .fillOpacity(0)
    .gradientMode(GraphGradientMode.None)
    .showPoints(VisibilityMode.Auto)
    .spanNulls(false)
    .legend(legend())
    .tooltip(tooltip());
}

function stackedBars(trend: Trend): PanelBuilder {
  return lines(trend)
    .drawStyle(GraphDrawStyle.Bars)
    .fillOpacity(85)
    .lineWidth(0)
    .showPoints(VisibilityMode.Never)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group("A"));
}

/** Repeated for each judge: the mean score within its interval. */
export const scoreTrend = (): PanelBuilder =>
  lines({
    title: "Mean score: $evaluator",
    description:
      "Mean score with its 95% interval, weighted by 1 / sampling probability. The alert Quality below threshold fires below the lower dashed line and recovers above the upper one.",
    sql: scoreOverTime,
    unit: "percentunit",
    noValue: "no scores in range",
    interval: "1m",
  })
    .maxDataPoints(36)
    .repeat("evaluator")
    .repeatDirection("h")
    .maxPerRow(3)
    .axisSoftMin(0.4)
    .max(1)
    .thresholds(qualitySteps())
    .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed))
    .colorScheme(oneColor("blue"))
    .overrideByName("mean", named("mean", "blue"))
    .overrideByName(
      "low",
      named("low", "blue", { "custom.lineWidth": 0, "custom.hideFrom": hiddenInLegend }),
    )
    .overrideByName(
      "high",
      named("high", "blue", {
        "custom.lineWidth": 0,
        "custom.fillBelowTo": "low",
        "custom.fillOpacity": 25,
        "custom.hideFrom": hiddenInLegend,
      }),
    );

const hiddenInLegend = { legend: true, tooltip: false, viz: false };

export const outcomesTrend = (): PanelBuilder =>
  stackedBars({
    title: "Evaluation outcomes",
    description:
      "What became of every interaction that an evaluator was to judge. The bars add up to interactions times evaluators: nothing vanishes.",
    sql: outcomesOverTime,
    unit: "short",
    noValue: "nothing judged in range",
    interval: "1m",
  })
    .overrideByName("scored", named("scored", "green"))
    .overrideByName("sampled_out", named("sampled out", "blue"))
    .overrideByName("over_budget", named("over budget", "orange"))
    .overrideByName("skipped", named("skipped", "#8e8e8e"))
    .overrideByName("failed", named("failed", "red"));

export const interactionsTrend = (): PanelBuilder =>
  stackedBars({
    title: "Interactions",
    description: "User-visible turns by how they ended.",
    sql: interactionsOverTime,
    unit: "short",
    noValue: "no interactions in range",
    interval: "1m",
  })
    .overrideByName("ok", named("ok", "blue"))
    .overrideByName("errors", named("errors", "red"));

export const feedbackTrend = (): PanelBuilder =>
  stackedBars({
    title: "Feedback",
    description:
      "Signals of users by the time at which they were given; thumbs down are below zero.",
    sql: feedbackOverTime,
    unit: "short",
    noValue: "no feedback in range",
    interval: "1m",
  })
    .overrideByName("thumbs_up", named("thumbs up", "green"))
    .overrideByName("thumbs_down", named("thumbs down", "red"))
    .overrideByName("other", named("other", "#8e8e8e"));

export const latencyTrend = (): PanelBuilder =>
  lines({
    title: "Latency",
    description: "Duration of interactions, from the first span to the last.",
    sql: latencyOverTime,
    unit: "ms",
    noValue: "no interactions in range",
    interval: "1m",
  })
    .min(0)
    .overrideByName("p50", named("p50", "green"))
    .overrideByName("p95", named("p95", "orange"));
