/**
 * `('a', 'b')` for IN, for lists that are too long for a parameter: parameters travel in the
 * address of the request, whose length servers limit. In a ClickHouse string only the backslash
 * and the quote have a meaning of their own.
 */
export function stringList(values: readonly string[]): string {
  const quoted = values.map((value) => `'${value.replace(/[\\']/g, "\\$&")}'`);
  return `(${quoted.join(", ")})`;
}
