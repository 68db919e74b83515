import { hash } from "node:crypto";
import type { StoreClient } from "./client.js";

/** A row as text. */
export interface RowLine {
  readonly line: string;
  /** Milliseconds since the Unix epoch: decides the partition. */
  readonly startedAt: number;
}

/** ClickHouse refuses an insert over more than 100 partitions, and takes memory for each. */
const mostMonths = 24;
const mostRows = 10_000;
const mostCharacters = 16 * 1024 ** 2;

/**
 * Inserts rows in parts that the store takes well. Each part is named by its content, so that it
 * is stored once however often the same rows are sent.
 */
export async function insertInParts(
  client: StoreClient,
  table: string,
  rows: readonly RowLine[],
): Promise<void> {
  for (const part of partsOf(rows)) {
    const lines = Buffer.from(part.join("\n"));
    await client.insertLines(table, lines, { token: hash("sha256", lines) });
  }
}

function partsOf(rows: readonly RowLine[]): string[][] {
  const parts: string[][] = [];
  let months = new Set<string>();
  let characters = 0;
  for (const { line, startedAt } of rows.toSorted((a, b) => a.startedAt - b.startedAt)) {
    const current = parts.at(-1);
    const month = new Date(startedAt).toISOString().slice(0, 7);
    const fits =
      current !== undefined &&
      current.length < mostRows &&
      characters + line.length <= mostCharacters &&
      (months.has(month) || months.size < mostMonths);
    if (fits) {
      current.push(line);
    } else {
      parts.push([line]);
      months = new Set();
      characters = 0;
    }
    months.add(month);
    characters += line.length;
  }
  return parts;
}
