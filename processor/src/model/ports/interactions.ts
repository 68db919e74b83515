import type { Interaction, ModelCall, TurnMarks } from "../interaction.js";
import type { RawLog, RawSpan } from "../telemetry.js";

/** A place in the order of arrivals: by time, then by trace. */
export interface ArrivalPosition {
  /** Store clock, milliseconds since the Unix epoch. */
  readonly arrivedAt: number;
  readonly traceId: string;
}

/** Rows of one trace that reached the store at one moment. */
export interface TraceArrival extends ArrivalPosition {
  /** The service that sent them, one of several; empty where rows of an earlier version name none. */
  readonly service: string;
  readonly spans: number;
  readonly logs: number;
  /** Spans without a parent. */
  readonly roots: number;
  /** Bounds of the rows' own timestamps, milliseconds: they narrow the look-up. */
  readonly earliest: number;
  readonly latest: number;
}

export interface ArrivalPage {
  readonly arrivals: readonly TraceArrival[];
  /** The store's clock when the page was read, milliseconds. */
  readonly storeTime: number;
}

export interface TraceRows {
  readonly traceId: string;
  /** True when the trace has more rows than were read. */
  readonly truncated: boolean;
  readonly spans: readonly RawSpan[];
  readonly logs: readonly RawLog[];
}

/** The raw side of the store as the room `interactions` reads it. */
export interface TraceReader {
  /**
   * What arrived after a position, in the order of positions, at most `limit`; each position once.
   * Inserts become visible a little after their time and out of order, so a later call may find
   * more behind a position that an earlier one has passed.
   */
  arrivals(after: ArrivalPosition, limit: number): Promise<ArrivalPage>;
  /**
   * All rows of the wanted traces, in their order, those of earlier arrivals included. Answers for
   * the first of them at least and leaves off the last ones where the rows together are too large
   * for memory: call again for the rest. Log records of one time keep the order of their insert.
   */
  traces(wanted: readonly WantedTrace[]): Promise<TraceRows[]>;
}

/** A trace to be read. `earliest` and `latest` are hints: rows of earlier arrivals may lie outside. */
export type WantedTrace = Pick<TraceArrival, "traceId" | "earliest" | "latest">;

/** Spans that another program stored before Calibrant was there (room `store`). */
export interface EarlierSpans {
  /**
   * Announces the traces of spans that began between two times (milliseconds) as arrivals, each
   * once however often it is called.
   */
  announce(since: number, now: number): Promise<void>;
}

/** A stretch of the spans' own time; milliseconds, the end excluded. */
export interface SpanTime {
  readonly start: number;
  readonly end: number;
}

/** A trace with spans in a stretch of time. */
export interface StoredTrace extends WantedTrace {
  /** Its spans in the stretch. */
  readonly spans: number;
  /** Rows of it have arrived that the walk has not worked off: the trace is the walk's to write. */
  readonly waiting: boolean;
}

/** The raw side of the store by the spans' own time (room `store`, needed for a backfill). */
export interface SpanHistory {
  /** Stretches with spans of the range and how many traces each has, oldest first. */
  stretches(
    range: SpanTime,
    service: string | undefined,
  ): Promise<readonly (SpanTime & { readonly traces: number })[]>;
  /** Traces of a stretch in the order of their ids, after one of them. */
  tracesIn(
    stretch: SpanTime,
    service: string | undefined,
    after: string,
    limit: number,
  ): Promise<readonly StoredTrace[]>;
  /**
   * Traces with rows in the range and of which rows have arrived since (store clock, milliseconds),
   * in the order of their ids, after one of them.
   */
  arrivedSince(
    since: number,
    range: SpanTime,
    service: string | undefined,
    after: string,
    limit: number,
  ): Promise<readonly StoredTrace[]>;
  /** Where the walk is (undefined: it has never run), and how many traces of the range wait for it. */
  walk(
    range: SpanTime,
  ): Promise<{ readonly position: number | undefined; readonly waiting: number }>;
  /** The store's clock, milliseconds. */
  now(): Promise<number>;
}

/** What assembly made of one trace. */
export interface AssembledTrace {
  readonly traceId: string;
  readonly interactions: readonly Interaction[];
  readonly modelCalls: readonly ModelCall[];
}

/** The derived side of the store as the room `interactions` writes it. */
export interface InteractionWriter {
  /**
   * Replaces what is stored for these traces: an interaction is revised, never doubled. A trace
   * whose content has not changed is left as it is. Places and marks of turns are found among all
   * turns of their sessions, and corrected in the turns that follow. Answers how many interactions
   * were new and how many were revised.
   */
  replace(
    traces: readonly AssembledTrace[],
  ): Promise<{ readonly added: number; readonly revised: number }>;
}

/** What is compared of two turns. */
export type TurnText = Pick<Interaction, "input_text" | "output_text">;

/**
 * Marks a turn by the one before it in its session (room `interactions`, needed by `store`, which
 * alone knows the turns of other traces). Pure; reads the first `turnTextLimit` characters.
 */
export type TurnMarker = (turn: TurnText, previous: TurnText | undefined) => TurnMarks;

/** Characters of a text that are compared with another turn's. */
export const turnTextLimit = 1_000;

/** Places in the store's time that a walk has finished with; survives a restart. */
export interface CursorStore {
  /** Milliseconds since the Unix epoch; undefined when the walk has never run. */
  read(name: string): Promise<number | undefined>;
  /** Of all names that begin so, those that have run. */
  readAll(prefix: string): Promise<ReadonlyMap<string, number>>;
  write(name: string, position: number): Promise<void>;
}
