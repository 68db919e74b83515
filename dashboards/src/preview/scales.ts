/** A straight mapping of values to pixels. */
export interface Scale {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  place(value: number): number;
}

function scale(
  low: number,
  high: number,
  ticks: readonly number[],
  first: number,
  last: number,
): Scale {
  const width = high - low || 1;
  return {
    low,
    high,
    ticks,
    place: (value) => first + ((value - low) / width) * (last - first),
  };
}

/** 1, 2 or 5 times a power of ten, so that about `count` steps cover the width. */
function niceStep(width: number, count: number): number {
  const rough = width / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((step) => step * power >= rough) ?? 10;
  return factor * power;
}

const multiples = (step: number, low: number, high: number): number[] => {
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_unused, index) => (first + index) * step);
};

/** Values from the bottom of a plot to its top, widened to full steps where no end is given. */
export function valueScale(
  values: readonly number[],
  ends: {
    readonly min?: number | undefined;
    readonly max?: number | undefined;
    /** The lower end unless a value lies below it. */
    readonly softLow: number;
  },
  bottom: number,
  top: number,
): Scale {
  const low = ends.min ?? Math.min(ends.softLow, ...values);
  const high = ends.max ?? Math.max(low + 1e-9, ...values);
  const step = niceStep(high - low || 1, 4);
  const from = ends.min ?? Math.floor(low / step) * step;
  const to = ends.max ?? Math.ceil(high / step) * step;
  return scale(from, to, multiples(step, from, to), bottom, top);
}

const timeSteps = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
  172_800, 604_800,
].map((seconds) => seconds * 1000);

/** Times from left to right with ticks at full minutes, hours or days (UTC). */
export function timeScale(from: number, to: number, left: number, right: number): Scale {
  const count = Math.max(2, Math.floor((right - left) / 75));
  const step =
    timeSteps.find((candidate) => (to - from) / candidate <= count) ?? (to - from) / count;
  return scale(from, to, multiples(step, from, to), left, right);
}
