import type { Interaction } from "../model/interaction.js";
import type { AssembledTrace, TurnMarker, TurnText } from "../model/ports.js";
import type { StoreClient } from "./client.js";
import {
  readTurns,
  readTurnTexts,
  type ChangedSession,
  type StoredTurn,
  type TurnPlace,
} from "./session-turns.js";
import { groupBy } from "./group-by.js";
import type { StoredRevision } from "./stored-revisions.js";

export interface TurnPlan {
  /** Of the assembled interactions that are in a session, by id. */
  readonly places: ReadonlyMap<string, TurnPlace>;
  /** Stored turns that have another place or other marks now. */
  readonly changed: readonly StoredTurn[];
}

/** A turn of a session as it will be: assembled just now, or stored. */
interface Turn {
  readonly id: string;
  readonly startedAt: number;
  readonly assembled: Interaction | undefined;
  readonly stored: StoredTurn | undefined;
}

interface Step {
  readonly turn: Turn;
  readonly index: number;
  readonly previous: Turn | undefined;
  /** Whether the marks must be found; otherwise the stored ones still hold. */
  readonly compare: boolean;
}

/**
 * Finds the places of turns among all turns of their sessions. A turn that arrives late moves those
 * that follow it, and the next one is compared with it; so does a turn that is no more. Everything
 * is found from what is stored, never counted on: the same traces planned again change nothing.
 * @param before what is stored of these traces
 */
export async function planTurns(
  client: StoreClient,
  traces: readonly AssembledTrace[],
  before: readonly StoredRevision[],
  mark: TurnMarker,
): Promise<TurnPlan> {
  const assembled = traces.flatMap(({ interactions }) => interactions).filter(inSession);
  const sessions = changedSessions(assembled, before);
  if (sessions.length === 0) return { places: new Map(), changed: [] };
  const replaced = new Set(traces.map(({ traceId }) => traceId));
  const stored = groupBy(await readTurns(client, sessions), (turn) => keyOf(turn));
  const own = groupBy(assembled, (row) =>
    keyOf({ service: row.service_name, session: row.session_id }),
  );
  const steps = sessions.flatMap((session) =>
    stepsOf(stored.get(keyOf(session)) ?? [], own.get(keyOf(session)) ?? [], session, replaced),
  );
  const texts = await textsOf(client, steps);
  const places = new Map<string, TurnPlace>();
  const changed: StoredTurn[] = [];
  for (const { turn, index, previous, compare } of steps) {
    const marks =
      compare || turn.stored === undefined
        ? mark(texts(turn), previous === undefined ? undefined : texts(previous))
        : marksOf(turn.stored);
    const place = { turn_index: index, ...marks };
    if (turn.assembled !== undefined) places.set(turn.id, place);
    if (turn.stored !== undefined && !samePlace(turn.stored, place)) {
      changed.push({ ...turn.stored, ...place });
    }
  }
  return { places, changed };
}

/** Sessions of what was assembled, and those that a turn has left. */
function changedSessions(
  assembled: readonly Interaction[],
  before: readonly StoredRevision[],
): ChangedSession[] {
  const all = [
    ...assembled.map((row) => ({
      service: row.service_name,
      session: row.session_id,
      since: row.started_at,
    })),
    ...before
      .filter(({ session }) => session !== "")
      .map(({ service, session, earliest: since }) => ({ service, session, since })),
  ];
  return [...groupBy(all, keyOf).values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : [{ ...first, since: others.reduce((at, { since }) => Math.min(at, since), first.since) }],
  );
}

/** The turns of one session in order, each with the one before it. */
function stepsOf(
  stored: readonly StoredTurn[],
  assembled: readonly Interaction[],
  { since }: ChangedSession,
  replaced: ReadonlySet<string>,
): Step[] {
  const storedById = new Map(stored.map((turn) => [turn.interactionId, turn]));
  const previousOf = new Map(
    stored.map((turn, at) => [turn.interactionId, stored[at - 1]?.interactionId]),
  );
  const first = stored.find(({ startedAt }) => startedAt < since);
  const following = stored.filter((turn) => turn !== first && !replaced.has(turn.traceId));
  const turns = [
    ...following.map((turn) => toTurn(turn)),
    ...assembled.map((row) => ({
      id: row.interaction_id,
      startedAt: row.started_at,
      assembled: row,
      stored: storedById.get(row.interaction_id),
    })),
  ].toSorted((left, right) => left.startedAt - right.startedAt || (left.id < right.id ? -1 : 1));
  let previous = first === undefined ? undefined : toTurn(first);
  let index = first === undefined ? 0 : first.turn_index + 1;
  return turns.map((turn) => {
    const sameNeighbours =
      turn.assembled === undefined &&
      previous?.assembled === undefined &&
      previousOf.get(turn.id) === previous?.id;
    const step = { turn, index, previous, compare: !sameNeighbours };
    previous = turn;
    index += 1;
    return step;
  });
}

/** Texts of stored turns are read only where they are compared. */
async function textsOf(
  client: StoreClient,
  steps: readonly Step[],
): Promise<(turn: Turn) => TurnText> {
  const wanted = new Map<string, StoredTurn>();
  for (const { turn, previous, compare } of steps) {
    for (const each of compare ? [turn, previous] : []) {
      if (each?.assembled === undefined && each?.stored !== undefined) {
        wanted.set(each.id, each.stored);
      }
    }
  }
  const texts = await readTurnTexts(client, [...wanted.values()]);
  return (turn) => turn.assembled ?? texts.get(turn.id) ?? { input_text: "", output_text: "" };
}

function toTurn(stored: StoredTurn): Turn {
  return { id: stored.interactionId, startedAt: stored.startedAt, assembled: undefined, stored };
}

function inSession(row: Interaction): boolean {
  return row.session_id !== "";
}

function keyOf({ service, session }: { readonly service: string; readonly session: string }) {
  return `${service}\0${session}`;
}

function marksOf({ is_rephrase, is_correction, is_follow_up }: TurnPlace) {
  return { is_rephrase, is_correction, is_follow_up };
}

function samePlace(left: TurnPlace, right: TurnPlace): boolean {
  return (
    left.turn_index === right.turn_index &&
    left.is_rephrase === right.is_rephrase &&
    left.is_correction === right.is_correction &&
    left.is_follow_up === right.is_follow_up
  );
}
