import type { CodeCheck } from "./code-check.js";

/** Share of common shingles from which two answers count as the same. */
const threshold = 0.85;
/** Words that stand together in one shingle. */
const width = 3;
const longest = 5_000;
/** Words of an answer that cannot be the same by chance. */
const shortest = 5;
/** Characters that five words have at most, so that longer answers need not be counted. */
const longestShortWord = 40;

/** The answer is nearly the same as the answer before it in the session. */
export const repetition: CodeCheck = {
  name: "repetition",
  revision: "2",
  inapplicable: ({ output_text: text, previous_output: previous }) => {
    if (text.trim() === "") return "no output";
    if (previous.trim() === "") return "no previous answer";
    return isShort(text) ? "too short to compare" : undefined;
  },
  judge: ({ output_text: text, previous_output: previous }) => {
    const similarity = shingleSimilarity(text, previous);
    const explanation = `Similarity to the previous answer: ${similarity.toFixed(2)}.`;
    return similarity >= threshold
      ? { score: 0, label: "repeated", explanation }
      : { score: 1, label: "new", explanation };
  },
};

/** Jaccard similarity of the two texts' shingles of three words: 0 (nothing in common) to 1. */
export function shingleSimilarity(left: string, right: string): number {
  const [ours, theirs] = [shingles(left), shingles(right)];
  let common = 0;
  for (const shingle of ours) if (theirs.has(shingle)) common++;
  const all = ours.size + theirs.size - common;
  return all === 0 ? 1 : common / all;
}

function shingles(text: string): Set<string> {
  const words = wordsOf(text);
  const found = new Set<string>();
  for (let at = 0; at + width <= words.length; at++) {
    found.add(words.slice(at, at + width).join(" "));
  }
  if (found.size === 0 && words.length > 0) found.add(words.join(" "));
  return found;
}

/** "Yes." twice answers two questions. */
function isShort(text: string): boolean {
  return text.length < shortest * longestShortWord && wordsOf(text).length < shortest;
}

/** Scripts without spaces between words give one word a character. */
function wordsOf(text: string): string[] {
  const lower = text.normalize("NFKC").toLowerCase();
  const words =
    lower.match(
      /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{N}]+/gu,
    ) ?? [];
  return words.slice(0, longest);
}
