/** A text, and how many characters were taken out of its middle. */
export interface Shortened {
  readonly text: string;
  readonly left: number;
}

/**
 * Leaves out the middle of a text that is longer than `limit` (UTF-16 units) and says so in its
 * place: the beginning carries the request, the end what came of it. Surrogate pairs stay whole.
 */
export function truncateMiddle(text: string, limit: number): Shortened {
  if (text.length <= limit) return { text, left: 0 };
  const head = cut(text, Math.ceil(limit * 0.6), -1);
  const tail = cut(text, text.length - (limit - head), 1);
  const left = tail - head;
  const note = `\n[${left} characters left out here]\n`;
  return { text: text.slice(0, head) + note + text.slice(tail), left };
}

/** Moves a place between two halves of a character off it. */
function cut(text: string, at: number, step: 1 | -1): number {
  const before = text.charCodeAt(at - 1);
  return before >= 0xd800 && before <= 0xdbff ? at + step : at;
}
