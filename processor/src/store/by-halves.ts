import { CalibrantError } from "../kernel/errors.js";

/** Reads a list in halves when the store refuses an answer of that size. */
export async function byHalves<Item, Row>(
  items: readonly Item[],
  read: (items: readonly Item[]) => Promise<ReadonlyMap<string, Row>>,
): Promise<ReadonlyMap<string, Row>> {
  try {
    return await read(items);
  } catch (error) {
    if (items.length < 2 || !(error instanceof CalibrantError) || error.retryable) throw error;
    const half = Math.ceil(items.length / 2);
    const first = await byHalves(items.slice(0, half), read);
    const second = await byHalves(items.slice(half), read);
    return new Map([...first, ...second]);
  }
}
