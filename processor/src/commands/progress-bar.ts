import type { Clock } from "../kernel/clock.js";

/** Where a bar is drawn: a terminal's standard error. */
export interface BarStream {
  readonly columns?: number;
  write(text: string): unknown;
}

export interface ProgressBar {
  /** @param label what is worked on, in a few words */
  show(done: number, all: number, label: string): void;
  /** Takes the bar away. */
  end(): void;
}

const barWidth = 24;
/** Milliseconds between two drawings. */
const drawInterval = 200;

/**
 * A bar that is redrawn in place; nothing at all where standard error is no terminal.
 * @param unit what is counted, such as `traces`
 */
export function createProgressBar(
  stream: BarStream | undefined,
  clock: Clock,
  unit: string,
): ProgressBar {
  const started = clock.now();
  let drawnAt = 0;
  return {
    show: (done, all, label) => {
      if (stream === undefined || clock.now() - drawnAt < drawInterval) return;
      drawnAt = clock.now();
      const counted = `${done.toLocaleString("en-US")} ${unit}`;
      const line = lineOf(done, all, counted, label, (drawnAt - started) / 1_000);
      stream.write(`\r\u001b[2K${line.slice(0, (stream.columns ?? 80) - 1)}`);
    },
    end: () => {
      if (drawnAt > 0) stream?.write("\r\u001b[2K");
    },
  };
}

function lineOf(
  done: number,
  all: number,
  counted: string,
  label: string,
  seconds: number,
): string {
  const share = all === 0 ? 0 : Math.min(1, done / all);
  const full = Math.round(share * barWidth);
  const bar = `${"█".repeat(full)}${"░".repeat(barWidth - full)}`;
  const left = share > 0 && share < 1 ? `, ${timeOf((seconds / share) * (1 - share))} left` : "";
  const rate = seconds > 0 ? Math.round(done / seconds).toLocaleString("en-US") : "0";
  return `${bar} ${Math.round(share * 100)}% ${counted}, ${rate}/s${left}, ${label}`;
}

function timeOf(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5_400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}
