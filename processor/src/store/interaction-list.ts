import type { Feedback } from "../model/feedback.js";
import type { InteractionSummary, ListPosition, RecentOptions } from "../model/ports.js";
import { storeTime, type StoreClient } from "./client.js";
import type { Turn } from "./assign-feedback.js";
import { readFeedbackOf } from "./feedback-of-turns.js";
import { shortened } from "./shortened.js";
import { fromWire, type WireRow } from "./wire-row.js";

const hour = 3_600_000;
const day = 24 * hour;

/** Characters of a question and of an answer in the list. */
const excerpt = 400;

/**
 * The newest interactions. Two steps, so that the texts of a page are the only texts that are read:
 * the places first, from the narrow columns, then their rows.
 */
export async function readRecent(
  client: StoreClient,
  options: RecentOptions,
): Promise<InteractionSummary[]> {
  const places = await readPlaces(client, options);
  if (places.length === 0) return [];
  const rows = await readRows(client, places);
  const [scores, feedback] = await Promise.all([
    readScores(client, places),
    readFeedbackOf(client, rows),
  ]);
  return rows.map((row) => summary(row, scores, feedback.get(row.interaction_id) ?? []));
}

/** Looks at an hour before the end, then at longer times, until the page is full. */
async function readPlaces(client: StoreClient, options: RecentOptions): Promise<ListPosition[]> {
  const bounds = await client.query<{ oldest: string; newest: string }>(
    `SELECT toUnixTimestamp64Milli(min(started_at)) AS oldest,
            toUnixTimestamp64Milli(max(started_at)) AS newest
     FROM calibrant.interactions HAVING count() > 0`,
  );
  if (bounds[0] === undefined) return [];
  const oldest = Number(bounds[0].oldest);
  const end = options.before?.started_at ?? Number(bounds[0].newest);
  for (let span = hour; ; span *= 24) {
    const start = Math.max(oldest, end - span);
    const places = await readPlacesBetween(client, options, start, end);
    if (places.length >= options.limit || start === oldest || end < oldest) return places;
  }
}

async function readPlacesBetween(
  client: StoreClient,
  options: RecentOptions,
  start: number,
  end: number,
): Promise<ListPosition[]> {
  const rows = await client.query<WireRow<ListPosition, "started_at">>(
    `SELECT interaction_id, toUnixTimestamp64Milli(turn.started_at) AS started_at
     FROM calibrant.interactions AS turn
     WHERE turn.started_at >= {start:DateTime64(3)} AND turn.started_at <= {end:DateTime64(3)}
       ${options.before === undefined ? "" : "AND (turn.started_at, interaction_id) < ({end:DateTime64(3)}, {before:String})"}
       ${options.service === undefined ? "" : "AND service_name = {service:String}"}
       ${options.status === undefined ? "" : "AND status = {status:String}"}
     ORDER BY turn.started_at DESC, interaction_id DESC
     LIMIT 1 BY interaction_id
     LIMIT {limit:UInt32}`,
    {
      start: storeTime(start),
      end: storeTime(end),
      limit: options.limit,
      before: options.before?.interaction_id ?? "",
      service: options.service ?? "",
      status: options.status ?? "",
    },
  );
  return rows.map((row) => fromWire<ListPosition, "started_at">(row, ["started_at"]));
}

type ListRow = Omit<InteractionSummary, "scores" | "feedback"> & Turn;
const listWide = ["started_at", "input_tokens", "output_tokens"] as const;

async function readRows(client: StoreClient, places: readonly ListPosition[]): Promise<ListRow[]> {
  const rows = await client.query<WireRow<ListRow, (typeof listWide)[number]>>(
    `SELECT interaction_id, trace_id, span_id, response_ids,
            toUnixTimestamp64Milli(turn.started_at) AS started_at,
            duration_ms, service_name, release, feature, user_id, session_id,
            if(response_model = '', request_model, response_model) AS model,
            status, error_type, input_tokens, output_tokens, cost_usd,
            ${shortened("turn.input_text", excerpt)} AS input_text,
            ${shortened("turn.output_text", excerpt)} AS output_text
     FROM calibrant.interactions AS turn
     PREWHERE interaction_id IN {ids:Array(String)}
     WHERE turn.started_at >= {start:DateTime64(3)} AND turn.started_at <= {end:DateTime64(3)}
     ORDER BY turn.started_at DESC, interaction_id DESC, revision DESC
     LIMIT 1 BY interaction_id`,
    {
      ids: places.map((place) => place.interaction_id),
      start: storeTime(Math.min(...places.map((place) => place.started_at))),
      end: storeTime(Math.max(...places.map((place) => place.started_at))),
    },
  );
  return rows.map((row) => fromWire<ListRow, (typeof listWide)[number]>(row, listWide));
}

type Score = InteractionSummary["scores"][number];

async function readScores(
  client: StoreClient,
  places: readonly ListPosition[],
): Promise<ReadonlyMap<string, readonly Score[]>> {
  const rows = await client.query<Score & { interaction_id: string }>(
    `SELECT interaction_id, evaluator, outcome, reason, score, label
     FROM calibrant.evaluations
     WHERE interaction_id IN {ids:Array(String)} AND evaluated_at >= {start:DateTime64(3)}
     ORDER BY evaluated_at DESC
     LIMIT 1 BY interaction_id, evaluator`,
    {
      ids: places.map((place) => place.interaction_id),
      start: storeTime(Math.min(...places.map((place) => place.started_at)) - day),
    },
  );
  const scores = new Map<string, Score[]>();
  for (const { interaction_id: id, ...score } of rows) {
    scores.set(id, [...(scores.get(id) ?? []), score]);
  }
  return scores;
}

function summary(
  row: ListRow,
  scores: ReadonlyMap<string, readonly Score[]>,
  feedback: readonly Feedback[],
): InteractionSummary {
  const { span_id: _span, response_ids: _responses, ...columns } = row;
  const own = [...(scores.get(row.interaction_id) ?? [])];
  return {
    ...columns,
    scores: own.toSorted((a, b) => a.evaluator.localeCompare(b.evaluator)),
    feedback: feedback.map(({ kind, value, value_max, choice, comment }) => ({
      kind,
      value,
      value_max,
      choice,
      comment,
    })),
  };
}
