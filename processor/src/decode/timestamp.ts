/**
 * Times are unsigned 64-bit nanoseconds since the Unix epoch in two halves. Sixteen bits shifted
 * out leave 48, which a number holds exactly, and a day is a whole multiple of 2^16 ns.
 */
const unitsPerDay = 86_400e9 / 65_536;
/** 2106-02-07: the table orders and expires its rows by seconds in 32 bits. */
const unitsLimit = (2 ** 32 * 1e9) / 65_536;
const millisecondsPerDay = 86_400_000;

function units(low: number, high: number): number {
  return high * 65_536 + (low >>> 16);
}

/** Whether the raw tables can hold the time. */
export function fitsTable(low: number, high: number): boolean {
  return units(low, high) < unitsLimit;
}

/** Days since the Unix epoch, in UTC. */
export function dayNumber(low: number, high: number): number {
  return Math.floor(units(low, high) / unitsPerDay);
}

/** `YYYY-MM-DD` */
export function dayText(day: number): string {
  return new Date(day * millisecondsPerDay).toISOString().slice(0, 10);
}
