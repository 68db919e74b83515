import type { Evaluation } from "../model/evaluation.js";
import type { Interaction, ModelCall } from "../model/interaction.js";
import type { InteractionDetail } from "../model/ports.js";
import { storeTime, type StoreClient, type StoreParams } from "./client.js";
import { readFeedbackOf } from "./feedback-of-turns.js";
import { qualityOf } from "./interaction-quality.js";
import { readQualityDefinition } from "./quality-definitions.js";
import { shortened } from "./shortened.js";
import { readSpansOf } from "./spans-of-turn.js";
import { fromWire, type WireRow } from "./wire-row.js";

const day = 86_400_000;

const tokenColumns = [
  "input_tokens",
  "output_tokens",
  "cache_read_tokens",
  "reasoning_tokens",
] as const;
const interactionWide = [...tokenColumns, "started_at", "arrived_at"] as const;
const callWide = [...tokenColumns, "started_at"] as const;
const evaluationWide = ["evaluated_at", "input_tokens", "output_tokens"] as const;

/** Characters of a text that one page shows: more than anybody reads, less than a browser minds. */
const longText = 100_000;
const callText = 20_000;
const turnText = 4_000;

/** Everything that is known of one interaction, or undefined when there is none of that id. */
export async function readDetail(
  client: StoreClient,
  interactionId: string,
): Promise<InteractionDetail | undefined> {
  const interaction = await readInteraction(client, interactionId);
  if (interaction === undefined) return undefined;
  const [modelCalls, spans, evaluations, feedbackOf, conversation, definition] = await Promise.all([
    readModelCalls(client, interaction),
    readSpansOf(client, interaction),
    readEvaluations(client, interaction),
    readFeedbackOf(client, [interaction]),
    readConversation(client, interaction),
    readQualityDefinition(client),
  ]);
  const feedback = feedbackOf.get(interactionId) ?? [];
  return {
    interaction,
    modelCalls,
    spans,
    evaluations,
    feedback,
    quality: qualityOf(definition, evaluations, feedback),
    conversation,
  };
}

async function readInteraction(
  client: StoreClient,
  interactionId: string,
): Promise<Interaction | undefined> {
  const rows = await client.query<WireRow<Interaction, (typeof interactionWide)[number]>>(
    `SELECT * EXCEPT (revised_at, revision, content_hash, material) REPLACE (
       toUnixTimestamp64Milli(started_at) AS started_at,
       toUnixTimestamp64Milli(arrived_at) AS arrived_at,
       ${shortened("input_text", longText)} AS input_text,
       ${shortened("output_text", longText)} AS output_text,
       ${shortened("system_text", longText)} AS system_text,
       arrayMap(document -> ${shortened("document", callText)}, arraySlice(context, 1, 100)) AS context
     )
     FROM calibrant.interactions
     WHERE interaction_id = {id:String}
     ORDER BY revision DESC LIMIT 1`,
    { id: interactionId },
  );
  return rows[0] === undefined ? undefined : fromWire(rows[0], interactionWide);
}

async function readModelCalls(client: StoreClient, interaction: Interaction): Promise<ModelCall[]> {
  const rows = await client.query<WireRow<ModelCall, (typeof callWide)[number]>>(
    `SELECT * EXCEPT (revision) REPLACE (
       toUnixTimestamp64Milli(started_at) AS started_at,
       ${shortened("input_text", callText)} AS input_text,
       ${shortened("output_text", callText)} AS output_text
     )
     FROM (
       SELECT * FROM calibrant.model_calls
       WHERE trace_id = {trace:String} AND interaction_id = {id:String}
         AND started_at >= {start:DateTime64(3)} AND started_at <= {end:DateTime64(3)}
       ORDER BY revision DESC
       LIMIT 1 BY span_id
       LIMIT 1000
     )
     ORDER BY started_at, span_id`,
    { ...placeOf(interaction), trace: interaction.trace_id },
  );
  return rows.map((row) => fromWire(row, callWide));
}

/** The whole ledger of the interaction, newest first. */
async function readEvaluations(
  client: StoreClient,
  interaction: Interaction,
): Promise<Evaluation[]> {
  const { id, start } = placeOf(interaction);
  const rows = await client.query<WireRow<Evaluation, (typeof evaluationWide)[number]>>(
    `SELECT * EXCEPT (written_at) REPLACE (
       toString(material) AS material,
       toUnixTimestamp64Milli(evaluated_at) AS evaluated_at,
       ${shortened("explanation", turnText)} AS explanation
     )
     FROM (
       SELECT * FROM calibrant.evaluations
       WHERE interaction_id = {id:String} AND evaluated_at >= {start:DateTime64(3)}
       ORDER BY evaluated_at DESC, evaluator
       LIMIT 500
     )`,
    { id, start },
  );
  return rows
    .map((row) => fromWire<Evaluation, (typeof evaluationWide)[number]>(row, evaluationWide))
    .toSorted((a, b) => b.evaluated_at - a.evaluated_at || (a.evaluator < b.evaluator ? -1 : 1));
}

/** Up to a hundred turns before this one and a hundred after it, of one service and session. */
async function readConversation(
  client: StoreClient,
  interaction: Interaction,
): Promise<InteractionDetail["conversation"]> {
  if (interaction.session_id === "") return [interaction].map(turnOnly);
  const rows = await client.query<WireRow<Turn, "started_at">>(
    `SELECT interaction_id, toUnixTimestamp64Milli(turn.started_at) AS started_at, status,
            ${shortened("turn.input_text", turnText)} AS input_text,
            ${shortened("turn.output_text", turnText)} AS output_text
     FROM (${side("<=", "DESC")} UNION ALL ${side(">", "ASC")}) AS turn
     ORDER BY turn.started_at, interaction_id`,
    {
      service: interaction.service_name,
      session: interaction.session_id,
      at: storeTime(interaction.started_at),
      id: interaction.interaction_id,
      start: storeTime(interaction.started_at - 30 * day),
      end: storeTime(interaction.started_at + 30 * day),
    },
  );
  return rows.map((row) => fromWire<Turn, "started_at">(row, ["started_at"]));
}

/** The turns of a session before (or after) a place, nearest first. */
function side(comparison: "<=" | ">", direction: "ASC" | "DESC"): string {
  return `SELECT * FROM (
       SELECT interaction_id, started_at, input_text, output_text, status
       FROM calibrant.interactions
       WHERE service_name = {service:String} AND session_id = {session:String}
         AND started_at >= {start:DateTime64(3)} AND started_at <= {end:DateTime64(3)}
         AND (started_at, interaction_id) ${comparison} ({at:DateTime64(3)}, {id:String})
       ORDER BY started_at ${direction}, interaction_id ${direction}, revision DESC
       LIMIT 1 BY interaction_id
       LIMIT 101
     )`;
}

type Turn = InteractionDetail["conversation"][number];

function turnOnly(interaction: Interaction): Turn {
  const { interaction_id, started_at, input_text, output_text, status } = interaction;
  return { interaction_id, started_at, input_text, output_text, status };
}

/** Where in time the parts of an interaction lie, with a day to spare for clocks that disagree. */
function placeOf(interaction: Interaction): StoreParams {
  return {
    id: interaction.interaction_id,
    start: storeTime(interaction.started_at - day),
    end: storeTime(interaction.started_at + interaction.duration_ms + day),
  };
}
