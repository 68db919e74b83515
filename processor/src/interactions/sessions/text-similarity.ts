/** A text as the weighted parts of its words. */
export interface TextGrams {
  /** Weight of each part; a part that occurs again counts once. */
  readonly weights: ReadonlyMap<string, number>;
  readonly weight: number;
  /** Words, and runs of characters where words are not told apart. */
  readonly runs: readonly string[];
  /** How many words; two characters count as one where words are not told apart. */
  readonly words: number;
}

/** Scripts without blanks between words: their parts are pairs of characters. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const word =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{M}ー]+|[\p{L}\p{M}\p{N}']+/gu;

/** Thai is the first of them by number. */
const firstUnspaced = 0x0e00;

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
  const runs: string[] = text.match(word) ?? [];
  let words = 0;
  for (const run of runs) {
    if (isUnspaced(run)) {
      addParts(weights, run, 2, pairWeight);
      words += run.length / 2;
    } else {
      addParts(weights, `<${run}>`, 3, Math.min(lengthOf(run), mostWeight));
      words += 1;
    }
  }
  let weight = 0;
  for (const each of weights.values()) weight += each;
  return { weights, weight, runs, words };
}

function isUnspaced(run: string): boolean {
  return run.charCodeAt(0) >= firstUnspaced && unspaced.test(run);
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

/** Twice the shared weight by the sum of both, 0 to 1. Two empty texts share nothing. */
export function similarity(first: TextGrams, second: TextGrams): number {
  const [small, large] =
    first.weights.size <= second.weights.size ? [first, second] : [second, first];
  let shared = 0;
  for (const [part, weight] of small.weights) {
    const other = large.weights.get(part);
    if (other !== undefined) shared += Math.min(weight, other);
  }
  return shared === 0 ? 0 : (2 * shared) / (first.weight + second.weight);
}

/**
 * The part of a text that occurs in a longer one, 0 to 1. Words are looked for without their
 * endings: the longer text is not taken apart, which would cost more than everything else.
 */
export function occurrence(text: TextGrams, within: string): number {
  const place = ` ${within}`;
  let [found, all] = [0, 0];
  for (const run of new Set(text.runs)) {
    if (isUnspaced(run)) {
      for (let at = 0; at + 2 <= run.length; at++) {
        all += pairWeight;
        if (place.includes(run.slice(at, at + 2))) found += pairWeight;
      }
    } else {
      const weight = Math.min(lengthOf(run), mostWeight) ** 2;
      all += weight;
      if (place.includes(` ${run.slice(0, Math.max(3, run.length - 2))}`)) found += weight;
    }
  }
  return all === 0 ? 0 : found / all;
}
