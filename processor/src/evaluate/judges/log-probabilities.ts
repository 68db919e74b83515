import type { AnswerToken } from "../models/answer-tokens.js";

/** The part of an answer that says how probable its tokens were. */
export interface AnswerTokens {
  readonly text: string;
  /** The beginning of the text or all of it. */
  readonly tokens: readonly AnswerToken[];
}

type Scale = readonly { readonly label: string; readonly score: number }[];

/** A verdict as the model's probabilities weigh it. */
export interface Weighed {
  /** The mean of the scale's scores by the probabilities of their labels (G-Eval, arXiv 2303.16634). */
  readonly score: number;
  /** The probability of the label that the answer states, 0 to 1. */
  readonly confidence: number;
}

/**
 * @param path the keys that lead to the verdict in the answer's JSON object
 * @param label the verdict that the answer states
 * @returns undefined when the tokens do not tell
 */
export function weighed(
  answer: AnswerTokens,
  path: readonly string[],
  scale: Scale,
  label: string,
): Weighed | undefined {
  const offset = answer.tokens.length === 0 ? undefined : valueOffset(answer.text, path);
  if (offset === undefined) return undefined;
  const labels = scale.map((step) => step.label);
  const probabilities = labelProbabilities(answer, labels, offset);
  const confidence = probabilities?.get(label);
  if (probabilities === undefined || confidence === undefined || confidence === 0) return undefined;
  const score = scale.reduce(
    (sum, step) => sum + (probabilities.get(step.label) ?? 0) * step.score,
    0,
  );
  return { score: Math.min(1, score), confidence };
}

/**
 * How probable each of the labels was where the answer states one of them; together 1. A label may
 * be split into tokens, and begin or end within one: what counts is the tokens at which several
 * labels were still possible, and there the alternatives that can only become one of them.
 * @param offset where the label begins in the text, behind its quotation mark
 * @returns undefined when the tokens are not those of the text, or no alternatives are known
 */
export function labelProbabilities(
  { text, tokens }: AnswerTokens,
  labels: readonly string[],
  offset: number,
): ReadonlyMap<string, number> | undefined {
  // With its closing quotation mark no label is the beginning of another.
  const written = labels.map((label) => ({ label, json: JSON.stringify(label).slice(1) }));
  if (!written.some(({ json }) => text.startsWith(json, offset))) return undefined;
  const possible = (begun: string) =>
    written.filter(({ json }) => json.startsWith(begun) || begun.startsWith(json));

  const found = new Map(labels.map((label) => [label, 0]));
  const add = (begun: string, probability: number): boolean => {
    const [only, ...more] = possible(begun);
    if (only === undefined || more.length > 0) return false;
    found.set(only.label, (found.get(only.label) ?? 0) + probability);
    return true;
  };

  let begin = 0;
  let reached = 1;
  for (const token of tokens) {
    if (!text.startsWith(token.text, begin)) return undefined;
    const end = begin + token.text.length;
    if (end > offset) {
      const before = text.slice(offset, Math.max(begin, offset));
      const lead = token.text.slice(0, Math.max(0, offset - begin));
      for (const other of token.others) {
        if (!other.text.startsWith(lead)) continue;
        add(before + other.text.slice(lead.length), reached * other.probability);
      }
      const stated = before + token.text.slice(lead.length);
      if (add(stated, reached * token.probability)) {
        return token.others.length === 0 ? undefined : shares(found);
      }
      reached *= token.probability;
    }
    begin = end;
  }
  return undefined;
}

function shares(found: ReadonlyMap<string, number>): ReadonlyMap<string, number> | undefined {
  const total = [...found.values()].reduce((sum, value) => sum + value, 0);
  if (!(total > 0)) return undefined;
  return new Map([...found].map(([label, value]) => [label, value / total]));
}

/**
 * Where the text of a JSON string begins, behind its quotation mark, in an answer that may have
 * prose or a thinking block before its object.
 * @param path the keys that lead to it, in the order in which the answer has them
 */
export function valueOffset(answer: string, path: readonly string[]): number | undefined {
  let at = Math.max(0, answer.lastIndexOf("</think>"));
  for (const key of path) {
    const next = behindKey(answer, JSON.stringify(key), at);
    if (next === undefined) return undefined;
    at = next;
  }
  return answer[at] === '"' ? at + 1 : undefined;
}

/** Where the value of the first such key begins. */
function behindKey(answer: string, key: string, from: number): number | undefined {
  for (let found = answer.indexOf(key, from); found >= 0; found = answer.indexOf(key, found + 1)) {
    const colon = behindBlanks(answer, found + key.length);
    if (answer[colon] === ":") return behindBlanks(answer, colon + 1);
  }
  return undefined;
}

function behindBlanks(text: string, from: number): number {
  let at = from;
  while (/\s/.test(text[at] ?? "")) at++;
  return at;
}
