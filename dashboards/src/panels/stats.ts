import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueJustifyMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
  VizOrientation,
} from "@grafana/grafana-foundation-sdk/common";
import type { ThresholdsConfigBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { chosenDatasource, clickHouseQuery } from "../clickhouse-query.js";
import { coverage, judgeCost } from "../signals/coverage.js";
import { thumbsUpShare } from "../signals/feedback.js";
import { quality, scoreOf } from "../signals/quality.js";
import { applicationCost, errorRate, interactions, latency } from "../signals/traffic.js";
import { byThreshold, errorRateSteps, named, qualitySteps, steps } from "./panel-parts.js";

interface Stat {
  readonly title: string;
  readonly description: string;
  readonly sql: string;
  readonly unit: string;
  readonly decimals: number;
  readonly noValue: string;
  readonly thresholds: ThresholdsConfigBuilder;
}

/** One number, or a number between the ends of its interval. */
function stat({
  title,
  description,
  sql,
  unit,
  decimals,
  noValue,
  thresholds,
}: Stat): PanelBuilder {
  return new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(chosenDatasource)
    .withTarget(clickHouseQuery(sql, "table"))
    .unit(unit)
    .decimals(decimals)
    .noValue(noValue)
    .thresholds(thresholds)
    .colorScheme(byThreshold())
    .reduceOptions(new ReduceDataOptionsBuilder().values(false).calcs(["lastNotNull"]).fields(""))
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.Value)
    .justifyMode(BigValueJustifyMode.Center)
    .textMode(BigValueTextMode.Auto)
    .orientation(VizOrientation.Vertical);
}

/** A share with its interval: the ends in gray to the left and the right of the estimate. */
function estimate(options: Omit<Stat, "unit" | "decimals">, name: string): PanelBuilder {
  return stat({ ...options, unit: "percentunit", decimals: 1 })
    .textMode(BigValueTextMode.ValueAndName)
    .overrideByName("low", named("from", "text"))
    .overrideByName("high", named("to", "text"))
    .overrideByName(name, [{ id: "displayName", value: "estimate" }]);
}

const intervalNote =
  "Each score is weighted by 1 / its sampling probability; the ends are those of a 95% interval.";

const neutral = (): ThresholdsConfigBuilder => steps("text");

export const qualityStat = (): PanelBuilder =>
  estimate(
    {
      title: "Quality",
      description: `Mean over the LLM judges of their estimated mean scores. ${intervalNote}`,
      sql: quality,
      noValue: "no judge scores",
      thresholds: qualitySteps(),
    },
    "quality",
  );

export const groundednessStat = (): PanelBuilder =>
  estimate(
    {
      title: "Groundedness",
      description: `Are answers supported by the retrieved documents? ${intervalNote}`,
      sql: scoreOf("groundedness"),
      noValue: "no scores",
      thresholds: qualitySteps(),
    },
    "score",
  );

export const relevanceStat = (): PanelBuilder =>
  estimate(
    {
      title: "Relevance",
      description: `Do answers address what was asked? ${intervalNote}`,
      sql: scoreOf("relevance"),
      noValue: "no scores",
      thresholds: qualitySteps(),
    },
    "score",
  );

export const thumbsUpStat = (): PanelBuilder =>
  estimate(
    {
      title: "Thumbs up",
      description:
        "Share of thumbs that point up, with a 95% interval. It speaks for users who give feedback, not for all.",
      sql: thumbsUpShare,
      noValue: "no thumbs",
      thresholds: neutral(),
    },
    "share",
  );

export const interactionsStat = (): PanelBuilder =>
  stat({
    title: "Interactions",
    description: "User-visible turns that began in the range; all of them, not a sample.",
    sql: interactions,
    unit: "short",
    decimals: 0,
    noValue: "none",
    thresholds: neutral(),
  });

export const errorRateStat = (): PanelBuilder =>
  stat({
    title: "Error rate",
    description: "Share of interactions that ended with an error; all of them, not a sample.",
    sql: errorRate,
    unit: "percentunit",
    decimals: 2,
    noValue: "no interactions",
    thresholds: errorRateSteps(),
  });

export const latencyStat = (): PanelBuilder =>
  stat({
    title: "Latency p95",
    description: "95% of interactions took no longer than this, from the first span to the last.",
    sql: latency,
    unit: "ms",
    decimals: 2,
    noValue: "no interactions",
    thresholds: neutral(),
  });

export const coverageStat = (): PanelBuilder =>
  stat({
    title: "Coverage",
    description:
      "Scored / eligible: of all interactions that an evaluator was to judge, the share that has a score. The rest is in Evaluation outcomes.",
    sql: coverage,
    unit: "percentunit",
    decimals: 1,
    noValue: "nothing judged",
    thresholds: neutral(),
  });

export const judgeCostStat = (): PanelBuilder =>
  stat({
    title: "Judge cost",
    description:
      "US dollars spent on evaluating these interactions; calls to models without a known price are not in it.",
    sql: judgeCost,
    unit: "currencyUSD",
    decimals: 2,
    noValue: "no price known",
    thresholds: neutral(),
  });

export const applicationCostStat = (): PanelBuilder =>
  stat({
    title: "Application cost",
    description:
      "US dollars that the application spent on models; interactions without a known price are not in it.",
    sql: applicationCost,
    unit: "currencyUSD",
    decimals: 2,
    noValue: "no price known",
    thresholds: neutral(),
  });
