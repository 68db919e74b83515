import { fieldsOf, type Field } from "./field-display.js";
import type { LoadedPanel, Mark, TimeRange } from "./load-dashboard.js";
import { at, cssColor, escapeHtml } from "./markup.js";
import { timeScale, valueScale, type Scale } from "./scales.js";
import { formatNumber, readTime } from "./units.js";

/** Plots wider than this have the names of marks in them. */
const roomForNames = 600;

interface Size {
  readonly width: number;
  readonly height: number;
}

interface Point {
  readonly time: number;
  readonly value: number;
  /** Where a bar begins; zero where nothing is stacked. */
  readonly base: number;
}

interface Series {
  readonly field: Field;
  readonly color: string;
  readonly points: readonly Point[];
}

interface Plot {
  readonly x: Scale;
  readonly y: Scale;
}

/** Lines or stacked bars over time, bands, threshold lines and marks, with a legend. */
export function drawTrend(
  loaded: LoadedPanel,
  range: TimeRange,
  marks: readonly Mark[],
  { width, height }: Size,
): string | undefined {
  const { panel, result, intervalSeconds } = loaded;
  if (result === undefined || result.rows.length === 0) return undefined;
  const defaults = panel.fieldConfig?.defaults ?? {};
  const bars = defaults.custom?.["drawStyle"] === "bars";
  const series = readSeries(loaded, bars);
  const plotHeight = height - 24;
  const softLow = Number(defaults.custom?.["axisSoftMin"] ?? 0);
  const ends = { min: defaults.min, max: defaults.max, softLow };
  const values = series.flatMap(({ points }) => points.map(({ value }) => value));
  const y = valueScale(values, ends, plotHeight - 22, 8);
  const labels = y.ticks.map((tick) => formatNumber(tick, defaults.unit));
  const left = 12 + 7 * Math.max(...labels.map(({ length }) => length));
  const plot: Plot = { x: timeScale(range.from, range.to, left, width - 10), y };
  const shapes = [
    drawAxes(plot, labels, width),
    ...marks.map((mark) => drawMark(mark, plot, width > roomForNames)),
    ...(bars ? drawBars(series, plot, intervalSeconds * 1000) : drawLines(series, plot)),
    ...drawThresholds(loaded, plot),
  ];
  const svg = `<svg width="${width}" height="${plotHeight}" viewBox="0 0 ${width} ${plotHeight}" role="img" aria-label="${escapeHtml(loaded.title)}">${shapes.join("")}</svg>`;
  return svg + drawLegend(series);
}

function readSeries({ panel, result }: LoadedPanel, stacked: boolean): readonly Series[] {
  const fields = fieldsOf(panel, result?.columns ?? []).filter(({ kind }) => kind === "number");
  const above = new Map<number, number>();
  const below = new Map<number, number>();
  return fields.map((field) => {
    const points = (result?.rows ?? []).flatMap((row) => {
      const value = row[field.index];
      if (typeof value !== "number") return [];
      const time = readTime(String(row[0]));
      const stack = value < 0 ? below : above;
      const base = stacked ? (stack.get(time) ?? 0) : 0;
      stack.set(time, base + value);
      return [{ time, value: base + value, base }];
    });
    return { field, color: cssColor(field.settings.color?.fixedColor), points };
  });
}

function drawAxes({ x, y }: Plot, labels: readonly string[], width: number): string {
  const bottom = y.place(y.low);
  const left = x.place(x.low);
  const across = y.ticks.map((tick, index) => {
    const place = at(y.place(tick));
    return `<line class="grid" x1="${at(left)}" x2="${width - 10}" y1="${place}" y2="${place}"/><text x="${at(left - 6)}" y="${at(y.place(tick) + 4)}" text-anchor="end">${labels[index] ?? ""}</text>`;
  });
  const long = x.high - x.low > 2 * 86_400_000;
  const along = x.ticks.map((tick) => {
    const iso = new Date(tick).toISOString();
    const label = long ? iso.slice(5, 10) : iso.slice(11, 16);
    return `<text x="${at(x.place(tick))}" y="${at(bottom + 17)}" text-anchor="middle">${label}</text>`;
  });
  return `<g class="axes">${across.join("")}${along.join("")}</g>`;
}

function drawMark({ time, text, color }: Mark, { x, y }: Plot, named: boolean): string {
  if (time < x.low || time > x.high) return "";
  const place = at(x.place(time));
  const toLeft = x.place(x.high) - x.place(time) < 150;
  const name = `<text x="${at(x.place(time) + (toLeft ? -5 : 5))}" y="${at(y.place(y.low) - 6)}"${toLeft ? ' text-anchor="end"' : ""}>${escapeHtml(text)}</text>`;
  return `<g class="mark" style="--mark:${cssColor(color)}"><title>${escapeHtml(text)}</title>${named ? name : ""}<line x1="${place}" x2="${place}" y1="${at(y.place(y.high))}" y2="${at(y.place(y.low))}"/><path d="M${place} ${at(y.place(y.low))}l-5 7h10z"/></g>`;
}

function drawBars(series: readonly Series[], { x, y }: Plot, interval: number): string[] {
  const width = Math.max(1, (x.place(x.low + interval) - x.place(x.low)) * 0.85);
  return series.map(({ color, points }) => {
    const bars = points
      .filter(({ value, base, time }) => value !== base && time + interval > x.low)
      .map(({ time, value, base }) => {
        const left = Math.max(x.place(x.low), x.place(time));
        const top = y.place(Math.max(value, base));
        const height = y.place(Math.min(value, base)) - top;
        return `M${at(left)} ${at(top)}h${at(width)}v${at(height)}h${at(-width)}z`;
      });
    return `<path d="${bars.join("")}" fill="${color}" fill-opacity=".85"/>`;
  });
}

const path = (points: readonly Point[], { x, y }: Plot): string =>
  points
    .map(
      ({ time, value }) => `${at(Math.max(x.place(x.low), x.place(time)))} ${at(y.place(value))}`,
    )
    .join("L");

function drawLines(series: readonly Series[], plot: Plot): string[] {
  const bands = series.flatMap(({ field, color, points }) => {
    const lower = series.find(
      (other) => other.field.name === field.settings.custom?.["fillBelowTo"],
    );
    if (lower === undefined || points.length === 0) return [];
    const back = lower.points.toReversed();
    return [
      `<path d="M${path(points, plot)}L${path(back, plot)}z" fill="${color}" fill-opacity=".22"/>`,
    ];
  });
  const lines = series.flatMap(({ field, color, points }) => {
    const width = Number(field.settings.custom?.["lineWidth"] ?? 1);
    if (width === 0 || points.length === 0) return [];
    const drawn = points.length === 1 ? `${path(points, plot)}h.1` : path(points, plot);
    return [
      `<path d="M${drawn}" fill="none" stroke="${color}" stroke-width="${width}" stroke-linejoin="round" stroke-linecap="round"/>`,
    ];
  });
  return [...bands, ...lines];
}

function drawThresholds({ panel }: LoadedPanel, { x, y }: Plot): string[] {
  const { thresholds, custom } = panel.fieldConfig?.defaults ?? {};
  const style = custom?.["thresholdsStyle"] as { readonly mode?: string } | undefined;
  if (style?.mode !== "dashed") return [];
  // A step is drawn in the color of what lies below it: that is what a value falls into.
  const steps = thresholds?.steps ?? [];
  return steps.flatMap(({ value, color }, index) => {
    if (value === null || value < y.low || value > y.high) return [];
    const place = at(y.place(value));
    const below = cssColor(steps[index - 1]?.color ?? color);
    return [
      `<line x1="${at(x.place(x.low))}" x2="${at(x.place(x.high))}" y1="${place}" y2="${place}" stroke="${below}" stroke-dasharray="6 5" stroke-opacity=".8"/>`,
    ];
  });
}

function drawLegend(series: readonly Series[]): string {
  const hidden = ({ field }: Series): boolean =>
    (field.settings.custom?.["hideFrom"] as { readonly legend?: boolean } | undefined)?.legend ===
    true;
  const items = series
    .filter((one) => !hidden(one))
    .map(
      ({ field, color }) =>
        `<span><i style="background:${color}"></i>${escapeHtml(field.name)}</span>`,
    );
  return `<div class="legend">${items.join("")}</div>`;
}
