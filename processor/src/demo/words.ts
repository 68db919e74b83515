/** Words that say nothing about what a sentence is about. */
const fillers: ReadonlySet<string> = new Set(
  (
    "a about all am an and any are as at be been but by can could did do does for from get has have " +
    "here how i if in into is it its just like long me much my need no not of on one only or our out " +
    "please so some tell than that the their them then there these they this to up us was we what " +
    "when where which who will with would yes you your"
  ).split(" "),
);

/** The words that carry a text's meaning, in lower case and without their usual endings; numbers among them. */
export function contentWords(text: string): ReadonlySet<string> {
  const words = text.toLowerCase().match(/\p{N}+|\p{L}+/gu) ?? [];
  return new Set(words.filter((word) => !fillers.has(word)).map(stem));
}

/** The share of the first text's content words that the second one has; 1 where there are none. */
export function overlap(of: string, within: string): number {
  const wanted = contentWords(of);
  if (wanted.size === 0) return 1;
  const found = contentWords(within);
  let common = 0;
  for (const word of wanted) if (found.has(word)) common++;
  return common / wanted.size;
}

export function numbersIn(text: string): readonly string[] {
  return text.match(/\d+(?:[.,]\d+)?/g) ?? [];
}

export function sentencesOf(text: string): readonly string[] {
  return text
    .split(/(?<=[.!?])\s+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "");
}

function stem(word: string): string {
  if (word.length < 5) return word.replace(/(?<=\p{L}{2})s$/u, "");
  return word.replace(/(?:ing|ed|es|s|e)$/, "");
}
