const mostNames = 3;

/** Up to three of the names that somebody may have meant with `written`, the nearest first. */
export function nearestNames(written: string, names: Iterable<string>): string[] {
  const wanted = written.toLowerCase();
  const furthest = Math.max(1, Math.floor(wanted.length / 3));
  const near: { name: string; distance: number }[] = [];
  for (const name of names) {
    const distance = editDistance(wanted, name);
    const within = wanted.length >= 3 && (name.includes(wanted) || wanted.includes(name));
    if (distance <= furthest) near.push({ name, distance });
    else if (within) near.push({ name, distance: furthest + 1 });
  }
  return near
    .toSorted((left, right) => left.distance - right.distance)
    .slice(0, mostNames)
    .map(({ name }) => name);
}

/** Characters to insert, delete or replace to make one text of the other (Levenshtein). */
function editDistance(left: string, right: string): number {
  let above = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const replaced = (above[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      const moved = Math.min(above[column] ?? 0, current[column - 1] ?? 0) + 1;
      current.push(Math.min(replaced, moved));
    }
    above = current;
  }
  return above[right.length] ?? 0;
}
