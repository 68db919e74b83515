import { expandMacros } from "#dashboards/macros.js";
import type { Cell } from "#dashboards/query-result.js";
import type { DashboardStore } from "./dashboard-store.js";

/** A row by its columns. */
export type Row = Readonly<Record<string, Cell>>;

/** Every choice of a dashboard left at all. */
export const allChoices = new Map(
  ["service", "environment", "release", "feature"].map((name) => [name, { values: [], all: true }]),
);

/** The rows of a panel's query over the last hours of the range. */
export async function readPanel(
  data: DashboardStore,
  sql: string,
  hours = 6,
): Promise<readonly Row[]> {
  const { to } = data.range;
  const context = { from: to - hours * 3_600_000, to, intervalSeconds: 600, variables: allChoices };
  const { columns, rows } = await data.runner.run(expandMacros(sql, context));
  return rows.map((row) =>
    Object.fromEntries(columns.map(({ name }, index) => [name, row[index] ?? null])),
  );
}

/** A line of one judge. */
export interface Line {
  readonly id: string;
  readonly score: number | null;
  readonly probability: number;
  /** Minutes before the end of the range at which it was evaluated. */
  readonly minutes?: number;
  /** Empty unless given: a conversation of its own. */
  readonly session?: string;
  readonly subject?: string;
}

/** Interactions of a service of their own and lines of one judge about them. */
export async function writeLines(
  data: DashboardStore,
  service: string,
  lines: readonly Line[],
): Promise<void> {
  const at = (minutes: number): string =>
    new Date(data.range.to - minutes * 60_000).toISOString().slice(0, 23).replace("T", " ");
  const sessions = new Map(lines.map(({ id, session = "" }) => [id, session]));
  await data.store.client.insert(
    "calibrant.interactions",
    [...sessions].map(([id, session_id]) => ({
      interaction_id: `${service}-${id}`,
      session_id,
      service_name: service,
      feature: "one",
      release: "1",
      started_at: at(30),
      status: "ok",
      content_hash: "0".repeat(64),
    })),
  );
  await data.store.client.insert(
    "calibrant.evaluations",
    lines.map(({ id, score, probability, minutes = 20, subject = "interaction" }) => ({
      interaction_id: `${service}-${id}`,
      service_name: service,
      evaluator: `judge of ${service}`,
      kind: "llm",
      subject,
      outcome: score === null ? "failed" : "scored",
      score,
      probability,
      evaluated_at: at(minutes),
    })),
  );
}

export const many = (count: number, line: (index: number) => Omit<Line, "id">): readonly Line[] =>
  Array.from({ length: count }, (_unused, index) => ({ id: String(index), ...line(index) }));

/** Answers that all failed. */
export const bad = (count: number): readonly Line[] =>
  many(count, () => ({ score: 0, probability: 1 }));
