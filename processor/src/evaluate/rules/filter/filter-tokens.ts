import { FilterSyntaxError } from "./filter-fault.js";

export type Token =
  | { readonly kind: "word" | "keyword" | "symbol"; readonly text: string; readonly column: number }
  | { readonly kind: "text"; readonly value: string; readonly column: number }
  | { readonly kind: "number"; readonly value: number; readonly column: number }
  | { readonly kind: "end"; readonly column: number };

const keywords: ReadonlySet<string> = new Set(
  "and or not in contains starts ends with true false null".split(" "),
);

/** Sticky, each of one pass without alternatives that overlap: they cannot go back far. */
const space = /[ \t\r\n]+/y;
const word = /[A-Za-z_][A-Za-z0-9_]*/y;
const number = /-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const symbol = /<=|>=|!=|==|[=<>()[\],]/y;

const escaped: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ['"', '"'],
  ["'", "'"],
  ["\\", "\\"],
]);

/**
 * The words, texts, numbers and symbols of an expression, with an end behind them.
 * @throws FilterSyntaxError at a character that begins none of them
 */
export function filterTokens(expression: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(expression)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  for (;;) {
    take(space);
    const column = at + 1;
    if (at >= expression.length) return [...tokens, { kind: "end", column }];
    const name = take(word);
    if (name !== undefined) {
      const lower = name.toLowerCase();
      if (keywords.has(lower)) tokens.push({ kind: "keyword", text: lower, column });
      else tokens.push({ kind: "word", text: name, column });
      continue;
    }
    const digits = take(number);
    if (digits !== undefined) {
      tokens.push({ kind: "number", value: numberOf(digits, column), column });
      continue;
    }
    const sign = take(symbol);
    if (sign !== undefined) {
      tokens.push({ kind: "symbol", text: sign === "==" ? "=" : sign, column });
      continue;
    }
    const text = textAt(expression, at);
    tokens.push({ kind: "text", value: text.value, column });
    at = text.end;
  }
}

function numberOf(digits: string, column: number): number {
  const value = Number(digits);
  if (!Number.isFinite(value)) throw new FilterSyntaxError(column, `${digits} is too large`);
  // There is one zero.
  return value === 0 ? 0 : value;
}

function textAt(expression: string, start: number): { value: string; end: number } {
  const quote = expression.charAt(start);
  if (quote !== '"' && quote !== "'") {
    const [character = ""] = expression.slice(start);
    throw new FilterSyntaxError(start + 1, `"${character}" has no meaning here`);
  }
  let value = "";
  for (let at = start + 1; at < expression.length; at++) {
    const character = expression.charAt(at);
    if (character === quote) return { value, end: at + 1 };
    if (character !== "\\") {
      value += character;
      continue;
    }
    at++;
    const meant = escaped.get(expression.charAt(at));
    if (meant === undefined) {
      throw new FilterSyntaxError(at, String.raw`known are \" \' \\ \n \r \t after a backslash`);
    }
    value += meant;
  }
  throw new FilterSyntaxError(start + 1, `the text that begins here lacks its closing ${quote}`);
}
