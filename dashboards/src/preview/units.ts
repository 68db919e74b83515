const trimmed = (value: number, decimals: number): string =>
  value.toLocaleString("en-US", { minimumFractionDigits: 0, maximumFractionDigits: decimals });

const fixed = (value: number, decimals: number): string =>
  value.toLocaleString("en-US", {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });

function short(value: number, decimals: number | undefined): string {
  const size = Math.abs(value);
  if (size >= 1e6) return `${trimmed(value / 1e6, 2)} Mil`;
  if (size >= 1e4) return `${trimmed(value / 1e3, 1)} K`;
  return trimmed(value, decimals ?? 2);
}

function percent(value: number, decimals: number | undefined): string {
  const hundredths = Math.round(value * 1e9) / 1e7;
  return `${fixed(hundredths, decimals ?? (Number.isInteger(hundredths) ? 0 : 1))}%`;
}

function milliseconds(value: number, decimals: number | undefined): string {
  const size = Math.abs(value);
  if (size < 1000) return `${trimmed(value, decimals ?? 0)} ms`;
  if (size < 60_000) return `${trimmed(value / 1000, decimals ?? 2)} s`;
  return `${trimmed(value / 60_000, decimals ?? 1)} min`;
}

/** A number as Grafana writes it in the units that our dashboards use. */
export function formatNumber(value: number, unit = "short", decimals?: number): string {
  switch (unit) {
    case "percentunit":
      return percent(value, decimals);
    case "currencyUSD":
      return `$${fixed(value, decimals ?? 2)}`;
    case "ms":
      return milliseconds(value, decimals);
    default:
      return short(value, decimals);
  }
}

/** A time of ClickHouse, which writes it in UTC, in milliseconds since the Unix epoch. */
export const readTime = (text: string): number => Date.parse(`${text.replace(" ", "T")}Z`);

export function formatTime(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace("T", " ");
}

const steps = [
  1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 21_600, 43_200,
  86_400, 604_800,
];

/** Seconds, rounded to a width that people count in. */
export function roundInterval(seconds: number): number {
  const index = steps.findIndex((step, at) => seconds < (step + (steps[at + 1] ?? step)) / 2);
  return steps[index === -1 ? steps.length - 1 : index] ?? seconds;
}

const spans: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of a duration such as `90s`, `5m` or `6h`; undefined when it is none. */
export function readDuration(text: string): number | undefined {
  const match = /^(\d+)([smhd])$/.exec(text);
  const span = spans[match?.[2] ?? ""];
  return match === null || span === undefined ? undefined : Number(match[1]) * span;
}
