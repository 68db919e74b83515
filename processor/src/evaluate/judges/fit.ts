import { truncateMiddle } from "./truncate.js";

/** Texts that have room together. */
export interface Fitted {
  readonly kept: readonly { readonly index: number; readonly text: string }[];
  /** Characters (UTF-16 units) that were left out, those of whole texts among them. */
  readonly left: number;
}

/** A text is rather left out than cut below this, in UTF-16 units. */
const leastShare = 200;

/**
 * Fits texts into `limit` UTF-16 units together. Short ones leave their room to long ones; where
 * there are too many, those of the middle are left out.
 */
export function fitTogether(texts: readonly string[], limit: number): Fitted {
  const total = texts.reduce((sum, { length }) => sum + length, 0);
  const most = total <= limit ? texts.length : Math.max(1, Math.floor(limit / leastShare));
  const tail = texts.length > most ? Math.floor(most / 2) : 0;
  const head = texts.length > most ? most - tail : texts.length;
  const chosen = texts
    .map((text, index) => ({ text, index }))
    .filter(({ index }) => index < head || index >= texts.length - tail);
  const share = fairShare(
    chosen.map(({ text }) => text.length),
    limit,
  );
  let left = total;
  const kept = chosen.map(({ text, index }) => {
    const shortened = truncateMiddle(text, share);
    left -= text.length - shortened.left;
    return { index, text: shortened.text };
  });
  return { kept, left };
}

/** The length to which all have to be cut so that together they keep to the limit. */
function fairShare(lengths: readonly number[], limit: number): number {
  let room = limit;
  const ascending = lengths.toSorted((a, b) => a - b);
  for (const [index, length] of ascending.entries()) {
    const share = Math.floor(room / (ascending.length - index));
    if (length > share) return share;
    room -= length;
  }
  return Number.POSITIVE_INFINITY;
}
