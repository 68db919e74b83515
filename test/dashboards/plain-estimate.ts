interface Scored {
  readonly score: number;
  readonly probability: number;
  /** A conversation of its own unless given. */
  readonly conversation?: string;
}

export const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);

/** The formula in its plain form, over rows in memory. */
export function plainEstimate(rows: readonly Scored[]): {
  mean: number;
  low: number;
  high: number;
} {
  const total = sum(rows.map(({ probability }) => 1 / probability));
  const mean = sum(rows.map(({ score, probability }) => score / probability)) / total;
  const conversations = new Map<unknown, Scored[]>();
  for (const row of rows) {
    const key = row.conversation ?? row;
    conversations.set(key, [...(conversations.get(key) ?? []), row]);
  }
  let [squares, spread] = [0, 0];
  for (const turns of conversations.values()) {
    squares += sum(turns.map(({ probability }) => 1 / probability)) ** 2;
    spread += sum(turns.map(({ score, probability }) => (score - mean) / probability)) ** 2;
  }
  const drawn = total ** 2 / squares;
  const ratio = mean > 0 && mean < 1 ? Math.min(1, spread / squares / (mean * (1 - mean))) : 1;
  const effective = (drawn * (drawn + 1)) / (drawn * ratio + 1);
  const z = 1.96 ** 2 / effective;
  const half = Math.sqrt(z * mean * (1 - mean) + (z * z) / 4);
  return { mean, low: (mean + z / 2 - half) / (1 + z), high: (mean + z / 2 + half) / (1 + z) };
}
