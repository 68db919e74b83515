import type { Block } from "../model/block.js";
import type { Feedback } from "../model/feedback.js";

/** The rows as ClickHouse reads them; they were received at one moment and share its day. */
export function encodeFeedback(rows: readonly Feedback[], receivedAt: number): Block {
  const lines = rows.map((row) => JSON.stringify(encodable(row)) + "\n");
  return {
    table: "calibrant.feedback",
    format: "JSONEachRow",
    day: columnTime(receivedAt).slice(0, 10),
    rows: rows.length,
    bytes: Buffer.from(lines.join("")),
  };
}

/** Times as text in UTC; text without lone surrogates, one of which would fail the whole insert. */
function encodable(row: Feedback): Record<string, unknown> {
  const columns = Object.entries({
    ...row,
    received_at: columnTime(row.received_at),
    occurred_at: columnTime(row.occurred_at),
  });
  return Object.fromEntries(columns.map(([column, value]) => [column, wellFormed(value)]));
}

function columnTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("T", " ").slice(0, -1);
}

function wellFormed(value: unknown): unknown {
  return typeof value === "string" ? value.replace(/\p{Surrogate}/gu, "\uFFFD") : value;
}
