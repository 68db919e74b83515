import type { Interaction } from "../model/interaction.js";
import type { ToolUse } from "../model/ports.js";
import { byHalves } from "./by-halves.js";
import type { StoreClient } from "./client.js";
import { groupBy } from "./group-by.js";
import { shortened } from "./shortened.js";
import { betweenTimes } from "./stored-revisions.js";
import { stringList } from "./string-list.js";

type Used = Pick<Interaction, "interaction_id" | "started_at" | "duration_ms" | "tool_calls">;

/** Uses of one interaction that evaluators get: the first ones. */
const mostUses = 50;
/** Characters of arguments and of a result. */
const longestText = 10_000;
/** Pieces of a trace come from computers whose clocks differ. */
const margin = 3_600_000;

/** The tools that interactions used, in the order of their start. */
export async function readToolUses(
  client: StoreClient,
  interactions: readonly Used[],
): Promise<ReadonlyMap<string, readonly ToolUse[]>> {
  const using = interactions.filter(({ tool_calls }) => tool_calls > 0);
  if (using.length === 0) return new Map();
  return await byHalves(using, (some) => readTogether(client, some));
}

async function readTogether(
  client: StoreClient,
  using: readonly Used[],
): Promise<ReadonlyMap<string, readonly ToolUse[]>> {
  const range = betweenTimes(
    using.map(({ started_at }) => started_at),
    using.map(({ started_at, duration_ms }) => started_at + duration_ms),
    margin,
  );
  const rows = await client.query<ToolUse & { readonly id: string }>(
    `SELECT interaction_id AS id, name,
            ${shortened("input_text", longestText)} AS arguments,
            ${shortened("output_text", longestText)} AS result,
            status, error_type, duration_ms
     FROM (
       SELECT *, max(revision) OVER (PARTITION BY interaction_id) AS newest
       FROM calibrant.model_calls
       WHERE kind = 'tool' AND interaction_id IN ${stringList(using.map((one) => one.interaction_id))}${range}
     )
     WHERE revision = newest
     ORDER BY interaction_id, started_at, span_id, name
     LIMIT ${mostUses} BY interaction_id`,
  );
  const byInteraction = groupBy(rows, (row) => row.id);
  return new Map(
    [...byInteraction].map(([id, uses]) => [id, uses.map(({ id: _id, ...use }) => use)]),
  );
}
