import { storeTime, type StoreClient } from "./client.js";

/** Rows of the queue of interactions that are compared with the ledger at once. */
const stretch = 20_000;

/** A piece of the queue, in the order of revision. */
export interface Stretch {
  /** Milliseconds, store clock; both inclusive. */
  readonly from: number;
  readonly until: number;
  /** When the first of its interactions began. */
  readonly earliest: number;
}

export interface QueueOptions<Found> {
  /** Milliseconds, store clock. */
  readonly since: number;
  readonly limit: number;
  /** Further conditions on `calibrant.interactions`, each with `AND` before it. */
  readonly where: string;
  readonly parameters?: Readonly<Record<string, number>>;
  /** What is wanted of a stretch, in its order; at most `limit`. */
  readonly read: (stretch: Stretch, limit: number) => Promise<readonly Found[]>;
}

/**
 * Goes through the queue from `since` on, a stretch at a time, until there is enough or no more. A
 * stretch is as long as its last revision's time needs: turns of one time are never parted.
 * @returns what was found, and the store's time when the first stretch was read
 */
export async function readQueue<Found>(
  client: StoreClient,
  options: QueueOptions<Found>,
): Promise<{ readonly found: Found[]; readonly now: number }> {
  const { since, limit, read } = options;
  const found: Found[] = [];
  let now: number | undefined;
  for (let from = since; ;) {
    const { rows, ...part } = await readStretch(client, from, options);
    now ??= part.now;
    if (rows === 0) return { found, now };
    found.push(...(await read({ ...part, from }, limit - found.length)));
    if (found.length >= limit || rows < stretch) return { found, now };
    from = part.until + 1;
  }
}

async function readStretch(
  client: StoreClient,
  from: number,
  { where, parameters = {} }: Pick<QueueOptions<unknown>, "where" | "parameters">,
) {
  const [row] = await client.query<Record<"rows" | "until" | "earliest" | "now", string>>(
    `SELECT count() AS rows,
            toUnixTimestamp64Milli(max(revised_at)) AS until,
            toUnixTimestamp64Milli(min(least(started_at, revised_at))) AS earliest,
            toUnixTimestamp64Milli(now64(3)) AS now
     FROM (
       SELECT revised_at, started_at FROM calibrant.interactions
       WHERE revised_at >= {from:DateTime64(3)} ${where}
       ORDER BY revised_at
       LIMIT {stretch:UInt32} WITH TIES
     )`,
    { from: storeTime(from), stretch, ...parameters },
  );
  const { rows = 0, until = 0, earliest = 0, now = 0 } = row ?? {};
  return {
    rows: Number(rows),
    until: Number(until),
    earliest: Number(earliest),
    now: Number(now),
  };
}

/**
 * An interaction is evaluated after it began. The day in hand is for applications whose clocks
 * are ahead of ours: only with one that is further ahead, and a revision that comes later than a
 * day, could an earlier line be missed.
 */
const clockSpread = 86_400_000;

/** From when on lines about interactions that began then are to be looked for. */
export function judgedFrom(earliest: number): string {
  return storeTime(Math.max(0, earliest - clockSpread));
}
