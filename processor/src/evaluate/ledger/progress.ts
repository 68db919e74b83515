import type { Clock } from "../../kernel/clock.js";
import type { CursorStore } from "../../model/ports.js";
import type { Replica } from "../../model/replica.js";
import { placeName, placePrefix, startingPlace } from "./replica-places.js";

/**
 * The place in the queue of interactions up to which every evaluator has answered: that of the
 * lane that is furthest behind.
 */
export interface Progress {
  /**
   * The saved place, after a change of the number of replicas one before which all have answered;
   * 0 when there is none. Asks the store only once.
   */
  start(): Promise<number>;
  /** Everything up to `position` (store clock, milliseconds) is answered in this lane. */
  report(lane: string, position: number): Promise<void>;
  /** Saves the place now. */
  save(): Promise<void>;
}

/** Saving seldom is safe: whatever is read again is found answered. */
const saveInterval = 10_000;

export function createProgress(
  cursors: CursorStore,
  clock: Clock,
  lanes: readonly string[],
  replica: Replica,
): Progress {
  const positions = new Map<string, number>();
  let saved: number | undefined;
  let lastSave = Number.NEGATIVE_INFINITY;

  const save = async (): Promise<void> => {
    if (saved === undefined || positions.size < lanes.length) return;
    const position = Math.min(...positions.values());
    if (position <= saved) return;
    lastSave = clock.now();
    await cursors.write(placeName(replica), position);
    saved = position;
  };

  return {
    save,
    start: async () => {
      saved ??= startingPlace(await cursors.readAll(placePrefix), replica);
      return saved;
    },
    report: async (lane, position) => {
      positions.set(lane, position);
      if (clock.now() - lastSave >= saveInterval) await save();
    },
  };
}
