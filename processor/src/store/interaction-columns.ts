import type { Interaction, ModelCall } from "../model/interaction.js";
import { jsonLine, storeTime } from "./client.js";
import type { RowLine } from "./insert-in-parts.js";
import type { RevisedCall, RevisedInteraction } from "./revision-plan.js";

/**
 * The columns of an interaction that its content hash is made of, as the start of its line: all but
 * the time of arrival, since a span that is sent twice changes nothing, and the place among the
 * turns of the session, which other traces decide.
 */
export function interactionContent(interaction: Interaction): string {
  return jsonLine({
    ...interaction,
    started_at: storeTime(interaction.started_at),
    arrived_at: undefined,
    turn_index: undefined,
    is_rephrase: undefined,
    is_correction: undefined,
    is_follow_up: undefined,
  });
}

/** The columns of a call but its revision, as the start of its line. */
export function callContent(call: ModelCall): string {
  return jsonLine({ ...call, started_at: storeTime(call.started_at) });
}

/** The columns of `calibrant.interactions`; `revised_at` is the store's own clock. */
export function interactionLine(revised: RevisedInteraction): RowLine {
  const { interaction, content, revision, contentHash } = revised;
  const { turn_index, is_rephrase, is_correction, is_follow_up } = interaction;
  const rest = {
    arrived_at: storeTime(interaction.arrived_at),
    turn_index,
    is_rephrase,
    is_correction,
    is_follow_up,
    revision,
    content_hash: contentHash,
  };
  return { line: extended(content, rest), startedAt: interaction.started_at };
}

/** The columns of `calibrant.model_calls`. */
export function callLine({ call, content, revision }: RevisedCall): RowLine {
  return { line: extended(content, { revision }), startedAt: call.started_at };
}

/** The text of an object with more fields. */
function extended(json: string, fields: object): string {
  return `${json.slice(0, -1)},${JSON.stringify(fields).slice(1)}`;
}
