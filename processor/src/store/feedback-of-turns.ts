import type { Feedback } from "../model/feedback.js";
import { storeTime, type StoreClient } from "./client.js";
import { assignFeedback, type Call, type Turn } from "./assign-feedback.js";
import { fromWire, type WireRow } from "./wire-row.js";

const day = 86_400_000;

/** Most feedback events that a page reads. */
const mostEvents = 2_000;

/**
 * The feedback on these turns, by interaction id, oldest first: what `calibrant.v_feedback` says
 * of them, without reading the feedback and the interactions of everybody else.
 */
export async function readFeedbackOf(
  client: StoreClient,
  turns: readonly Turn[],
): Promise<ReadonlyMap<string, readonly Feedback[]>> {
  const events = turns.length === 0 ? [] : await readEvents(client, turns);
  if (events.length === 0) return new Map();
  const traces = [...new Set([...turns, ...events].map(traceOf).filter((id) => id !== ""))];
  const period = { start: earliest(turns) - day, end: latest(turns) + day };
  const neighbours = await readTurns(client, traces, period);
  const named = events.some((event) => event.span_id !== "");
  const calls = named ? await readCalls(client, traces, period) : [];
  return assignFeedback(events, [...turns, ...neighbours], calls);
}

async function readEvents(client: StoreClient, turns: readonly Turn[]): Promise<Feedback[]> {
  const rows = await client.query<WireRow<Feedback, "received_at" | "occurred_at">>(
    `SELECT * REPLACE (
       toUnixTimestamp64Milli(received_at) AS received_at,
       toUnixTimestamp64Milli(occurred_at) AS occurred_at
     )
     FROM (
       SELECT * FROM calibrant.feedback
       WHERE received_at >= {start:DateTime64(3)}
         AND (interaction_id IN {ids:Array(String)}
           OR trace_id IN {traces:Array(String)}
           OR response_id IN {responses:Array(String)})
       ORDER BY received_at DESC
       LIMIT 1 BY feedback_id
       LIMIT ${mostEvents}
     )`,
    {
      start: storeTime(earliest(turns) - day),
      ids: turns.map((turn) => turn.interaction_id),
      traces: turns.map((turn) => turn.trace_id),
      responses: turns.flatMap((turn) => turn.response_ids).filter((id) => id !== ""),
    },
  );
  return rows
    .map((row) =>
      fromWire<Feedback, "received_at" | "occurred_at">(row, ["received_at", "occurred_at"]),
    )
    .toSorted((a, b) => a.occurred_at - b.occurred_at || compare(a.feedback_id, b.feedback_id));
}

interface Period {
  readonly start: number;
  readonly end: number;
}

function periodOf(period: Period): Record<string, string> {
  return { start: storeTime(period.start), end: storeTime(period.end) };
}

async function readTurns(
  client: StoreClient,
  traces: readonly string[],
  period: Period,
): Promise<Turn[]> {
  const rows = await client.query<WireRow<Turn, "started_at">>(
    `SELECT interaction_id, trace_id, span_id, response_ids,
            toUnixTimestamp64Milli(turn.started_at) AS started_at
     FROM calibrant.interactions AS turn
     WHERE trace_id IN {traces:Array(String)}
       AND turn.started_at >= {start:DateTime64(3)} AND turn.started_at <= {end:DateTime64(3)}`,
    { traces, ...periodOf(period) },
  );
  return rows.map((row) => fromWire<Turn, "started_at">(row, ["started_at"]));
}

function readCalls(
  client: StoreClient,
  traces: readonly string[],
  period: Period,
): Promise<Call[]> {
  return client.query<Call>(
    `SELECT interaction_id, trace_id, span_id FROM calibrant.model_calls
     WHERE trace_id IN {traces:Array(String)}
       AND started_at >= {start:DateTime64(3)} AND started_at <= {end:DateTime64(3)}`,
    { traces, ...periodOf(period) },
  );
}

/** The trace of a turn or of an event; an interaction id begins with it. */
function traceOf(target: Pick<Feedback, "trace_id" | "interaction_id">): string {
  return target.trace_id || (target.interaction_id.split("-")[0] ?? "");
}

function earliest(turns: readonly Turn[]): number {
  return Math.min(...turns.map((turn) => turn.started_at));
}

function latest(turns: readonly Turn[]): number {
  return Math.max(...turns.map((turn) => turn.started_at));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
