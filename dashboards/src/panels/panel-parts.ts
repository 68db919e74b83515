import {
  LegendDisplayMode,
  LegendPlacement,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  FieldColorBuilder,
  FieldColorModeId,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type DynamicConfigValue,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { errorRateThreshold, qualityThreshold } from "../thresholds.js";

/** Colors from the first value up; the first step has no lower end. */
export function steps(
  first: string,
  ...rest: readonly (readonly [value: number, color: string])[]
): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([{ value: null, color: first }, ...rest.map(([value, color]) => ({ value, color }))]);
}

export const qualitySteps = (): ThresholdsConfigBuilder =>
  steps("red", [qualityThreshold.low, "orange"], [qualityThreshold.recovered, "green"]);

export const errorRateSteps = (): ThresholdsConfigBuilder =>
  steps("green", [errorRateThreshold.high, "orange"], [errorRateThreshold.critical, "red"]);

export const byThreshold = (): FieldColorBuilder =>
  new FieldColorBuilder().mode(FieldColorModeId.Thresholds);

export const oneColor = (color: string): FieldColorBuilder =>
  new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor(color);

/** Properties of an override, by their names in Grafana. */
export function properties(values: Readonly<Record<string, unknown>>): DynamicConfigValue[] {
  return Object.entries(values).map(([id, value]) => ({ id, value }));
}

/** Name, unit and so on of one field, and its color. */
export function named(
  displayName: string,
  color: string,
  more: Readonly<Record<string, unknown>> = {},
): DynamicConfigValue[] {
  return properties({ displayName, color: { mode: "fixed", fixedColor: color }, ...more });
}

export const legend = (): VizLegendOptionsBuilder =>
  new VizLegendOptionsBuilder()
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom)
    .showLegend(true)
    .calcs([]);

export const tooltip = (): VizTooltipOptionsBuilder =>
  new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi);
