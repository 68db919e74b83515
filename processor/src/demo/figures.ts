import { wilsonInterval, type Interval, type Proportion } from "../kernel/intervals.js";

/** `1,234`. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** US dollars with as many digits as a small amount needs; `unknown` where no price is known. */
export function dollars(value: number | null): string {
  if (value === null) return "unknown";
  return `$${value.toFixed(value >= 1 ? 2 : 4)}`;
}

export function seconds(milliseconds: number | null): string {
  return milliseconds === null ? "-" : `${(milliseconds / 1_000).toFixed(1)} s`;
}

/** `01:05`. */
export function minutes(milliseconds: number): string {
  const whole = Math.floor(milliseconds / 1_000);
  return `${String(Math.floor(whole / 60)).padStart(2, "0")}:${String(whole % 60).padStart(2, "0")}`;
}

/** `0.93 [.88, .96]`; a dash where there is nothing to estimate from. */
export function share(proportion: Proportion): string {
  const interval = wilsonInterval(proportion);
  return interval === undefined ? "-" : `${interval.estimate.toFixed(2)} ${bounds(interval)}`;
}

export function bounds({ lower, upper }: Interval): string {
  return `[${short(lower)}, ${short(upper)}]`;
}

/** Two decimals without the zero before them: tables are narrow. */
function short(value: number): string {
  return value.toFixed(2).replace(/^(-?)0\./, "$1.");
}
