/** A token and how probable it was at its place. */
export interface TokenChoice {
  readonly text: string;
  /** 0 to 1. */
  readonly probability: number;
}

/** A token of an answer. */
export interface AnswerToken extends TokenChoice {
  /** What could have stood there instead, as far as the server tells. */
  readonly others: readonly TokenChoice[];
}

/** Rounding makes a server say a little more than 0 for the logarithm of 1. */
const roundingError = 0.001;

/**
 * The `logprobs` of a choice (OpenAI API, chat completions) up to the first token that is not of
 * their form: a verdict comes first, so that what precedes such a token is still of use.
 */
export function answerTokens(logprobs: unknown): AnswerToken[] {
  const content = fieldOf(logprobs, "content");
  if (!Array.isArray(content)) return [];
  const tokens: AnswerToken[] = [];
  for (const entry of content as readonly unknown[]) {
    const chosen = choiceOf(entry);
    if (chosen === undefined) break;
    tokens.push({ ...chosen, others: othersOf(entry, chosen.text) });
  }
  return tokens;
}

function othersOf(entry: unknown, chosen: string): TokenChoice[] {
  const top = fieldOf(entry, "top_logprobs");
  if (!Array.isArray(top)) return [];
  const others = new Map<string, TokenChoice>();
  for (const candidate of top as readonly unknown[]) {
    const other = choiceOf(candidate);
    if (other !== undefined && other.text !== chosen) others.set(other.text, other);
  }
  return [...others.values()];
}

function choiceOf(entry: unknown): TokenChoice | undefined {
  const text = fieldOf(entry, "token");
  const logarithm = fieldOf(entry, "logprob");
  if (typeof text !== "string" || typeof logarithm !== "number") return undefined;
  if (!(logarithm <= roundingError)) return undefined;
  return { text, probability: Math.min(1, Math.exp(logarithm)) };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
