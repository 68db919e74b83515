/** Flattened lists longer than this are cut: an index comes from outside and may be any number. */
const largestIndex = 10_000;

/** The entries of one item of a flattened list, by the rest of their names. */
export type FlatItem = ReadonlyMap<string, string>;

/**
 * Gathers `<prefix>N.<rest>` attributes into items in the order of N. Only what is there takes
 * memory, and gaps are skipped.
 */
export function flattenedList(attributes: ReadonlyMap<string, string>, prefix: string): FlatItem[] {
  const items = new Map<number, Map<string, string>>();
  for (const [name, value] of attributes) {
    if (!name.startsWith(prefix)) continue;
    const dot = name.indexOf(".", prefix.length);
    const digits = name.slice(prefix.length, dot < 0 ? undefined : dot);
    if (!/^\d{1,5}$/.test(digits)) continue;
    const index = Number(digits);
    if (index > largestIndex) continue;
    const item = items.get(index) ?? new Map<string, string>();
    item.set(dot < 0 ? "" : name.slice(dot + 1), value);
    items.set(index, item);
  }
  return [...items].toSorted(([left], [right]) => left - right).map(([, item]) => item);
}
