import type { ForwardLedger, LedgerEntry } from "../model/ports.js";
import type { EvaluationOutcome } from "../model/evaluation.js";
import { storeTime, type StoreClient } from "./client.js";
import { stringList } from "./string-list.js";
import { fromWire, type WireRow } from "./wire-row.js";

/** Lines that are compared with the marks at once. */
const stretch = 20_000;

/** An interaction is judged soon after it began; one that was judged later is told without these. */
const longestWait = 35 * 86_400_000;

/** The identity of a line: also the id of its span. Eight bytes of SHA-256, as hexadecimal digits. */
const lineId = `lower(hex(substring(SHA256(concatWithSeparator('\\0', interaction_id,
  toString(evaluator), toString(evaluator_version), toString(toUnixTimestamp64Milli(evaluated_at)))), 1, 8)))`;

/** The ledger in `calibrant.evaluations` and the marks in `calibrant.forwarded`. */
export function createForwardLedger(client: StoreClient): ForwardLedger {
  return {
    now: async () => {
      const [row] = await client.query<{ now: string }>(
        "SELECT toUnixTimestamp64Milli(now64(3)) AS now",
      );
      return Number(row?.now ?? 0);
    },
    unforwarded: async (stream, since, outcomes, limit) => {
      const left: Left[] = [];
      let now: number | undefined;
      for (let from = since; ;) {
        const part = await readStretch(client, from, outcomes);
        now ??= part.now;
        if (part.rows > 0) {
          left.push(...(await readLeft(client, stream, from, part.until, outcomes, limit)));
        }
        if (left.length >= limit || part.rows < stretch) break;
        from = part.until + 1;
      }
      return { entries: await readEntries(client, left.slice(0, limit)), storeTime: now };
    },
    markForwarded: async (stream, entries) => {
      const rows = entries.map(({ id, written_at }) => ({
        stream,
        id,
        written_at: storeTime(written_at),
      }));
      await client.insert("calibrant.forwarded", rows);
    },
  };
}

/** A line that is not marked. */
interface Left {
  readonly id: string;
  readonly writtenAt: number;
}

const forwardable = "outcome IN {outcomes:Array(String)} AND kind != 'canary'";

async function readStretch(
  client: StoreClient,
  from: number,
  outcomes: readonly EvaluationOutcome[],
): Promise<{ readonly rows: number; readonly until: number; readonly now: number }> {
  const [row] = await client.query<{ rows: string; until: string; now: string }>(
    `SELECT count() AS rows, toUnixTimestamp64Milli(max(written_at)) AS until,
            toUnixTimestamp64Milli(now64(3)) AS now
     FROM (
       SELECT written_at FROM calibrant.evaluations
       WHERE written_at >= {from:DateTime64(3)} AND ${forwardable}
       ORDER BY written_at
       LIMIT {stretch:UInt32} WITH TIES
     )`,
    { from: storeTime(from), outcomes, stretch },
  );
  return {
    rows: Number(row?.rows ?? 0),
    until: Number(row?.until ?? 0),
    now: Number(row?.now ?? 0),
  };
}

async function readLeft(
  client: StoreClient,
  stream: string,
  from: number,
  until: number,
  outcomes: readonly EvaluationOutcome[],
  limit: number,
): Promise<Left[]> {
  const rows = await client.query<{ id: string; writtenAt: string }>(
    `SELECT ${lineId} AS id, toUnixTimestamp64Milli(min(written_at)) AS writtenAt
     FROM calibrant.evaluations
     WHERE written_at >= {from:DateTime64(3)} AND written_at <= {until:DateTime64(3)} AND ${forwardable}
     GROUP BY id
     HAVING id NOT IN (
       SELECT id FROM calibrant.forwarded
       WHERE stream = {stream:String} AND written_at >= {from:DateTime64(3)}
     )
     ORDER BY writtenAt, id
     LIMIT {limit:UInt32}`,
    { stream, from: storeTime(from), until: storeTime(until), outcomes, limit },
  );
  return rows.map(({ id, writtenAt }) => ({ id, writtenAt: Number(writtenAt) }));
}

const wide = ["evaluated_at", "written_at", "input_tokens", "output_tokens"] as const;
type Line = Omit<LedgerEntry, "environment" | "release" | "response_id">;

async function readEntries(client: StoreClient, left: readonly Left[]): Promise<LedgerEntry[]> {
  const [first] = left;
  const last = left.at(-1);
  if (first === undefined || last === undefined) return [];
  const rows = await client.query<WireRow<Line, (typeof wide)[number]>>(
    `SELECT * EXCEPT (stored) REPLACE (
       toUnixTimestamp64Milli(evaluated_at) AS evaluated_at,
       toUnixTimestamp64Milli(written_at) AS written_at
     )
     FROM (
       SELECT *, written_at AS stored, ${lineId} AS id FROM calibrant.evaluations
       WHERE written_at >= {first:DateTime64(3)} AND written_at <= {last:DateTime64(3)}
         AND id IN ${stringList(left.map(({ id }) => id))}
       LIMIT 1 BY id
     )
     ORDER BY stored, id`,
    { first: storeTime(first.writtenAt), last: storeTime(last.writtenAt) },
  );
  const lines = rows.map((row) => fromWire<Line, (typeof wide)[number]>(row, wide));
  const interactions = await readInteractions(client, lines);
  return lines.map((line) => ({ ...line, ...(interactions.get(line.interaction_id) ?? unknown) }));
}

type OfInteraction = Pick<LedgerEntry, "environment" | "release" | "response_id">;

const unknown: OfInteraction = { environment: "", release: "", response_id: "" };

async function readInteractions(
  client: StoreClient,
  lines: readonly Line[],
): Promise<ReadonlyMap<string, OfInteraction>> {
  const earliest = lines.reduce((time, line) => Math.min(time, line.evaluated_at), Infinity);
  const rows = await client.query<OfInteraction & { interaction_id: string }>(
    `SELECT interaction_id, environment, release,
            if(empty(response_ids), '', response_ids[-1]) AS response_id
     FROM calibrant.interactions
     WHERE service_name IN ${unique(lines.map((line) => line.service_name))}
       AND interaction_id IN ${unique(lines.map((line) => line.interaction_id))}
       AND started_at >= {since:DateTime64(3)}
     ORDER BY revision DESC
     LIMIT 1 BY interaction_id`,
    { since: storeTime(Math.max(0, earliest - longestWait)) },
  );
  return new Map(rows.map(({ interaction_id, ...known }) => [interaction_id, known]));
}

function unique(texts: readonly string[]): string {
  return stringList([...new Set(texts)]);
}
