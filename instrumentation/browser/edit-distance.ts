/** Above this many comparisons a page would stand still: the distance is taken for the greatest. */
const mostComparisons = 4_000_000;

/** How much of a text was changed: from 0, nothing, to 1, everything. */
export function editDistance(before: string, after: string): number {
  const longest = Math.max(before.length, after.length);
  let start = 0;
  let endBefore = before.length;
  let endAfter = after.length;
  while (start < endBefore && start < endAfter && before[start] === after[start]) start++;
  while (endBefore > start && endAfter > start && before[endBefore - 1] === after[endAfter - 1]) {
    endBefore--;
    endAfter--;
  }
  const one = before.slice(start, endBefore);
  const other = after.slice(start, endAfter);
  if (longest === 0) return 0;
  if (one.length * other.length > mostComparisons)
    return Math.max(one.length, other.length) / longest;
  return levenshtein(one, other) / longest;
}

function levenshtein(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
