/** A text as the weighted parts of its words. */
export interface TextGrams {
  /** Weight of each part; a part that occurs again counts once. */
  readonly weights: ReadonlyMap<string, number>;
  readonly weight: number;
  /** Two characters count as a word where words are not told apart. */
  readonly words: number;
}

export interface Similarity {
  /** Twice the shared weight by the sum of both, 0 to 1. */
  readonly dice: number;
  /** The shared weight by the first text's, 0 to 1. */
  readonly share: number;
}

/** Scripts without blanks between words: their parts are pairs of characters. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const word =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{M}ー]+|[\p{L}\p{M}\p{N}']+/gu;

/** Long words tell more than short ones, in every language that has both. */
const mostWeight = 8;
const pairWeight = 8;
/** A syllable says as much as two letters. */
const syllables = /\p{Script=Hangul}/u;

/**
 * Parts of three characters of each word, its borders among them, each as heavy as the word is
 * long: a word counts by the square of its length, which puts the subject above the grammar without
 * lists of words.
 */
export function textGrams(text: string): TextGrams {
  const weights = new Map<string, number>();
  let words = 0;
  for (const [found] of text.matchAll(word)) {
    if (unspaced.test(found)) {
      addParts(weights, found, 2, pairWeight);
      words += found.length / 2;
    } else {
      addParts(weights, `<${found}>`, 3, Math.min(lengthOf(found), mostWeight));
      words += 1;
    }
  }
  let weight = 0;
  for (const each of weights.values()) weight += each;
  return { weights, weight, words };
}

function lengthOf(found: string): number {
  return syllables.test(found) ? 2 * found.length : found.length;
}

function addParts(weights: Map<string, number>, text: string, size: number, weight: number): void {
  if (text.length <= size) {
    weights.set(text, weight);
    return;
  }
  for (let at = 0; at + size <= text.length; at++) {
    const part = text.slice(at, at + size);
    const known = weights.get(part);
    if (known === undefined || known < weight) weights.set(part, weight);
  }
}

/** Two empty texts share nothing. */
export function similarity(first: TextGrams, second: TextGrams): Similarity {
  const [small, large] =
    first.weights.size <= second.weights.size ? [first, second] : [second, first];
  let shared = 0;
  for (const [part, weight] of small.weights) {
    const other = large.weights.get(part);
    if (other !== undefined) shared += Math.min(weight, other);
  }
  return {
    dice: shared === 0 ? 0 : (2 * shared) / (first.weight + second.weight),
    share: shared === 0 ? 0 : shared / first.weight,
  };
}
