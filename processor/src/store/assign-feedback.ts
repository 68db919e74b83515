import type { Feedback } from "../model/feedback.js";
import type { Interaction } from "../model/interaction.js";

/** What of an interaction feedback can name. */
export type Turn = Pick<
  Interaction,
  "interaction_id" | "trace_id" | "span_id" | "started_at" | "response_ids"
>;

/** One call within an interaction, which feedback can name by its span. */
export interface Call {
  readonly interaction_id: string;
  readonly trace_id: string;
  readonly span_id: string;
}

/**
 * Which turn each event is about, by the rule of `calibrant.v_feedback`: the named interaction;
 * else, of the named trace, the turn whose root is the named span, or that made the named call, or
 * the last one; else the one that got the named response.
 * @returns events by interaction id, in the order in which they were given
 */
export function assignFeedback(
  events: readonly Feedback[],
  turns: readonly Turn[],
  calls: readonly Call[],
): Map<string, Feedback[]> {
  const newestFirst = [
    ...new Map(turns.map((turn) => [turn.interaction_id, turn])).values(),
  ].toSorted(
    (a, b) => b.started_at - a.started_at || (a.interaction_id < b.interaction_id ? -1 : 1),
  );
  const assigned = new Map<string, Feedback[]>();
  for (const event of events) {
    const turn = turnOf(event, newestFirst, calls);
    if (turn === undefined) continue;
    assigned.set(turn.interaction_id, [...(assigned.get(turn.interaction_id) ?? []), event]);
  }
  return assigned;
}

function turnOf(event: Feedback, turns: readonly Turn[], calls: readonly Call[]): Turn | undefined {
  const inTrace = turns.filter((turn) => turn.trace_id !== "" && turn.trace_id === event.trace_id);
  const call = calls.find(
    ({ trace_id, span_id }) =>
      event.span_id !== "" && span_id === event.span_id && trace_id === event.trace_id,
  );
  return (
    turns.find((turn) => turn.interaction_id === event.interaction_id) ??
    inTrace.find((turn) => turn.span_id === event.span_id) ??
    inTrace.find((turn) => turn.interaction_id === call?.interaction_id) ??
    inTrace[0] ??
    turns.find((turn) => event.response_id !== "" && turn.response_ids.includes(event.response_id))
  );
}
