import type { Evaluation, EvaluationOutcome } from "../evaluation.js";

/** A line of the ledger, with what is known of it elsewhere in the store. */
export interface LedgerEntry extends Evaluation {
  /**
   * 16 hexadecimal digits, a hash of interaction, evaluator, version and time of evaluation: the
   * same line has the same one for ever.
   */
  readonly id: string;
  /** When the line was stored: milliseconds, store clock. */
  readonly written_at: number;
  /** Of the interaction; empty where it is not stored any more. */
  readonly environment: string;
  readonly release: string;
  /** Of the last model call of the interaction; empty where there is none. */
  readonly response_id: string;
}

export interface LedgerPage {
  /** In the order in which they were stored. Fewer than asked for mean that there are no more. */
  readonly entries: readonly LedgerEntry[];
  /** The store's clock when the page was read, milliseconds. */
  readonly storeTime: number;
}

/** The ledger as the room `forward` reads it (room `store`). Every method throws STORE_UNAVAILABLE. */
export interface ForwardLedger {
  /** The store's clock, milliseconds. */
  now(): Promise<number>;
  /**
   * Lines with one of the outcomes, stored at or after `since` (store clock, milliseconds), that are
   * not marked as forwarded in this stream; at most `limit`. Canaries are left out: what they judge
   * is no traffic.
   */
  unforwarded(
    stream: string,
    since: number,
    outcomes: readonly EvaluationOutcome[],
    limit: number,
  ): Promise<LedgerPage>;
  /** Marks lines for seven days. Marking one twice does no harm. */
  markForwarded(
    stream: string,
    entries: readonly Pick<LedgerEntry, "id" | "written_at">[],
  ): Promise<void>;
}
