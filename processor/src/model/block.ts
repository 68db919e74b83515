/** The tables that the spool feeds. Each has one insert format and one way to name its day. */
export type IntakeTable = "otel.otel_traces" | "otel.otel_logs" | "calibrant.feedback";

/** How the bytes of a block are to be read by ClickHouse. Blocks of one format can be appended to each other. */
export type BlockFormat = "Native" | "JSONEachRow";

/** Rows for one table and one day, encoded as ClickHouse reads them. */
export interface Block {
  readonly table: IntakeTable;
  readonly format: BlockFormat;
  /** UTC day of the rows, `YYYY-MM-DD`: one block never spans two partitions. */
  readonly day: string;
  readonly rows: number;
  readonly bytes: Uint8Array;
}

/** Blocks of one table and day, to be stored exactly once however often they are sent. */
export interface Load {
  readonly table: IntakeTable;
  readonly format: BlockFormat;
  readonly rows: number;
  /** Names the content: the segment, the table and day, and a hash of the bytes. */
  readonly token: string;
  /** The bytes, one piece behind the other. */
  readonly pieces: readonly Uint8Array[];
}
