import type { Clock } from "../../kernel/clock.js";
import type { CursorStore, ForwardLedger, LedgerPage } from "../../model/ports.js";

/**
 * The place of a stream: nothing that was stored before it is left to send. It follows the store's
 * clock at a distance, since inserts become visible late; what lies between is told apart by marks.
 */
export interface Place {
  /** The place, from the store at the first call. */
  position(): Promise<number>;
  /** Moves on after all of a page has been dealt with. @param full whether more may follow */
  passed(page: LedgerPage, full: boolean): Promise<void>;
  /** Saves it now. */
  save(): Promise<void>;
}

export interface PlaceOptions {
  readonly ledger: Pick<ForwardLedger, "now">;
  readonly cursors: CursorStore;
  readonly clock: Clock;
  /** The stream's name among the cursors. */
  readonly name: string;
  /** Where the first start begins, milliseconds; undefined for the time of it. */
  readonly since: number | undefined;
  /** Milliseconds within which inserts become visible, however late and out of order. */
  readonly overlap: number;
}

/** Milliseconds between two writes of the place. What lies between is only read again. */
const saveInterval = 5_000;

export function createPlace(options: PlaceOptions): Place {
  const { ledger, cursors, clock, name, overlap } = options;
  let position: number | undefined;
  let saved = { position: 0, at: 0 };

  const write = async (): Promise<void> => {
    if (position === undefined || position <= saved.position) return;
    await cursors.write(name, position);
    saved = { position, at: clock.now() };
  };

  return {
    position: async () => {
      if (position !== undefined) return position;
      const known = await cursors.read(name);
      // The first place is written at once: what is stored before the next write must not be lost.
      const first = known ?? options.since ?? (await ledger.now());
      if (known === undefined) await cursors.write(name, first);
      saved = { position: first, at: clock.now() };
      position = first;
      return first;
    },
    passed: async ({ entries, storeTime }, full) => {
      const seen = full ? (entries.at(-1)?.written_at ?? 0) : Infinity;
      position = Math.max(position ?? 0, Math.min(seen, storeTime - overlap));
      if (clock.now() - saved.at >= saveInterval) await write();
    },
    save: write,
  };
}
