/** A row as JSON brings it: the named columns are 64-bit integers and arrive as text. */
export type WireRow<Row, Wide extends keyof Row> = Omit<Row, Wide> & Readonly<Record<Wide, string>>;

/** The row with its 64-bit columns as numbers; for counts and milliseconds, which stay below 2^53. */
export function fromWire<Row, Wide extends keyof Row>(
  row: WireRow<Row, Wide>,
  wide: readonly Wide[],
): Row {
  const numbers = wide.map((column) => [column, Number(row[column])] as const);
  return { ...row, ...Object.fromEntries(numbers) } as Row;
}
