import type { FieldSettings, PanelJson, ThresholdStep } from "../dashboard-json.js";
import { kindOf, type Cell, type Column } from "../query-result.js";
import { cssColor } from "./markup.js";
import { formatNumber, formatTime, readTime } from "./units.js";

/** A column of a result with the settings that the panel gives it. */
export interface Field {
  readonly name: string;
  readonly index: number;
  readonly kind: ReturnType<typeof kindOf>;
  readonly settings: FieldSettings;
}

/** What a cell shows. */
export interface Shown {
  readonly text: string;
  readonly color: string;
}

export function fieldsOf(panel: PanelJson, columns: readonly Column[]): readonly Field[] {
  return columns.map((column, index) => {
    const settings = settingsOf(panel, column.name);
    return {
      name: settings.displayName ?? column.name,
      index,
      kind: kindOf(column),
      settings,
    };
  });
}

/** The panel's defaults with the overrides for the column laid over them. */
function settingsOf(panel: PanelJson, column: string): FieldSettings {
  const { defaults = {}, overrides = [] } = panel.fieldConfig ?? {};
  const properties = overrides
    .filter(({ matcher }) => matcher.id === "byName" && matcher.options === column)
    .flatMap((override) => override.properties);
  const own = properties.filter(({ id }) => !id.startsWith("custom."));
  const custom = properties
    .filter(({ id }) => id.startsWith("custom."))
    .map(({ id, value }) => [id.slice("custom.".length), value]);
  return {
    ...defaults,
    ...Object.fromEntries(own.map(({ id, value }) => [id, value])),
    custom: { ...defaults.custom, ...Object.fromEntries(custom) },
  };
}

function stepColor(steps: readonly ThresholdStep[], value: number): string {
  const reached = steps.filter((step) => step.value === null || value >= step.value);
  return cssColor(reached.at(-1)?.color);
}

function numberColor({ color, thresholds }: FieldSettings, value: number): string {
  if (color?.mode === "fixed") return cssColor(color.fixedColor);
  return stepColor(thresholds?.steps ?? [], value);
}

/** A value as text and in its color: mapped, in its unit, or as the text for no value. */
export function show({ kind, settings }: Field, value: Cell): Shown {
  const plain = cssColor("text");
  if (value === null) return { text: settings.noValue ?? "–", color: "#8e8e8e" };
  const mapped = settings.mappings?.find(({ type }) => type === "value")?.options?.[String(value)];
  if (mapped !== undefined) {
    return { text: mapped.text ?? String(value), color: cssColor(mapped.color) };
  }
  if (kind === "time") return { text: formatTime(readTime(String(value))), color: plain };
  if (typeof value !== "number") return { text: String(value), color: plain };
  return {
    text: formatNumber(value, settings.unit, settings.decimals),
    color: numberColor(settings, value),
  };
}
