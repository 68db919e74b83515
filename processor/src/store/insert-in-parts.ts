import { createHash } from "node:crypto";
import type { StoreClient } from "./client.js";

/** A row with its time as text, whose first seven characters name the month. */
export interface TimedRow {
  readonly started_at: string;
}

/** ClickHouse refuses an insert over more than 100 partitions, and takes memory for each. */
const mostMonths = 24;
const mostRows = 10_000;
const mostBytes = 16 * 1024 ** 2;

/**
 * Inserts rows in parts that the store takes well. Each part is named by its content, so that it
 * is stored once however often the same rows are sent.
 */
export async function insertInParts(
  client: StoreClient,
  table: string,
  rows: readonly TimedRow[],
): Promise<void> {
  for (const part of partsOf(rows)) {
    const token = createHash("sha256").update(JSON.stringify(part)).digest("hex");
    await client.insert(table, part, { token });
  }
}

function partsOf(rows: readonly TimedRow[]): TimedRow[][] {
  const parts: TimedRow[][] = [];
  let months = new Set<string>();
  let bytes = 0;
  for (const row of rows.toSorted((left, right) => (left.started_at < right.started_at ? -1 : 1))) {
    const size = sizeOf(row);
    const current = parts.at(-1);
    const month = row.started_at.slice(0, 7);
    const fits =
      current !== undefined &&
      current.length < mostRows &&
      bytes + size <= mostBytes &&
      (months.has(month) || months.size < mostMonths);
    if (fits) {
      current.push(row);
    } else {
      parts.push([row]);
      months = new Set();
      bytes = 0;
    }
    months.add(month);
    bytes += size;
  }
  return parts;
}

/** About how many bytes a row takes: its texts, of which almost all of it consists. */
function sizeOf(row: object): number {
  return Object.values(row).reduce<number>(
    (sum, value) => sum + (typeof value === "string" ? value.length : 16) + 16,
    0,
  );
}
