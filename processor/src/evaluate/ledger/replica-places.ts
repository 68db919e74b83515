import type { Replica } from "../../model/replica.js";

/** What the names of all places of the evaluators begin with. */
export const placePrefix = "evaluate";

/** As what a replica saves its place in the queue. */
export function placeName({ count, index }: Replica): string {
  return count === 1 ? placePrefix : `${placePrefix} ${index + 1} of ${count}`;
}

/**
 * Where a replica goes on: before that place nothing of its part lacks an answer. Its own place says
 * so, and so do the places of all replicas of any count, the smallest of which holds for everything.
 * Of an arrangement in which one never came to save a place, nothing is known. The largest of what
 * is known holds; 0 when nothing is.
 * @param places by name, milliseconds of the store's clock
 */
export function startingPlace(places: ReadonlyMap<string, number>, replica: Replica): number {
  const known = [places.get(placeName(replica)) ?? 0];
  const counts = [...places.keys()].map(countOf).filter((count) => count !== undefined);
  for (const count of new Set(counts)) {
    const saved = Array.from({ length: count }, (_none, index) =>
      places.get(placeName({ count, index })),
    );
    known.push(Math.min(...saved.map((place) => place ?? 0)));
  }
  return Math.max(...known);
}

function countOf(name: string): number | undefined {
  if (name === placePrefix) return 1;
  const count = /^evaluate \d+ of (\d+)$/.exec(name)?.[1];
  return count === undefined ? undefined : Number(count);
}
