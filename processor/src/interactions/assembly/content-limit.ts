/**
 * Cuts a text in the middle, where it hurts least, to `limit` characters and says how many are
 * gone. Lone surrogates, which no store takes, become replacement characters.
 */
export function limitText(text: string, limit: number): string {
  if (text.length <= limit) return wellFormed(text);
  const head = Math.ceil(limit / 2);
  const tail = limit - head;
  const removed = text.length - limit;
  const kept = [text.slice(0, head), tail === 0 ? "" : text.slice(-tail)];
  return wellFormed(kept.join(`\n[... ${removed} characters removed by Calibrant ...]\n`));
}

function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\uFFFD");
}
