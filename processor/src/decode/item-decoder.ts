import type { TableColumns } from "./columns.js";
import type { Rejection } from "./rejection.js";
import type { ResourceContext, ScopeContext } from "./resource-context.js";
import type { WireReader } from "./wire-reader.js";

/** Reads one kind of item (spans or log records) into one kind of columns. */
export interface ItemDecoder<Columns extends TableColumns> {
  /** The UTC day of the item last read, in days since the Unix epoch. */
  readonly day: number;
  /**
   * Reads the item from the reader's place up to `end`, without writing anything.
   * @returns why it cannot be accepted
   */
  read(reader: WireReader, end: number): Rejection | undefined;
  /**
   * Writes the item last read as one row. Answers why it cannot be accepted; the row is then
   * incomplete and the caller takes it back.
   */
  write(
    reader: WireReader,
    resource: ResourceContext,
    scope: ScopeContext,
    columns: Columns,
  ): Rejection | undefined;
}
